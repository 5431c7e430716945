"""A finding says ``run: expdocs fix`` exactly where ``fix`` takes it away, for every rule."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOUND: dict[str, list[Callable[..., None]]] = runpy.run_path(
    str(Path(__file__).parents[1] / "rules" / "test_every_rule.py")
)["CASES"]
# The reader of a file knows of no repairs; its hint says what to do by hand, and fix does that.
FROM_THE_READER = {"REC110", "REC112", "REC121"}
# Another name for one of two files is the way out; fix gives it where the name lacks the id.
BY_THE_WAY = {"REC302"}


def rules(run_cli: Any, repo: Any) -> dict[str, str]:
    found = run_cli("check", "--format", "json", cwd=repo.root).findings()
    return {finding["rule"]: finding["hint"] for finding in found}


@pytest.mark.parametrize(
    ("rule", "index"), [(rule, i) for rule, cases in FOUND.items() for i in range(len(cases))]
)
def test_the_hint_names_fix_where_fix_helps(
    rule: str, index: int, checked_repo: Any, run_cli: Any
) -> None:
    make = FOUND[rule][index]
    make(*(checked_repo, run_cli)[: make.__code__.co_argcount])
    before = rules(run_cli, checked_repo)
    ran = run_cli("fix", cwd=checked_repo.root)
    assert ran.code == 0
    after = rules(run_cli, checked_repo)
    named = {one for one, hint in before.items() if "run: expdocs fix" in hint}
    gone = set(before) - set(after)
    assert named <= gone
    assert gone - named <= FROM_THE_READER | BY_THE_WAY
    assert set(after) <= set(before)
    assert ran.out.endswith("0 files changed\n") is (gone == set())
