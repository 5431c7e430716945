"""Pages of what changes did, made by the command from records and evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from expdocs.narrative.page import Request, Sources
from expdocs.narrative.pages import page_kind
from expdocs.narrative.verify import verify
from expdocs.workspace import Workspace
from tests.analytics.conftest import SWEEP, Arm, Experiment
from tests.narrative.test_suggest import random_story

ONE, TWO, THREE = "EXP-2026-11-01-100", "EXP-2026-11-02-200", "EXP-2026-11-03-300"
PAGE = "journal/synthesis/comparisons.md"
BASE = [0.70, 0.72, 0.71, 0.73, 0.74, 0.70]


def story() -> dict[str, Any]:
    experiments = [
        Experiment(ONE, {
            "base": Arm("baseline", BASE, {"lr": "0.1"}),
            "clear": Arm("candidate", [0.75, 0.76, 0.73, 0.77, 0.79, 0.72], {"lr": "0.2"}),
            "same": Arm("candidate", [0.70, 0.73, 0.70, 0.74, 0.73, 0.71], {"lr": "0.3"}),
            "few": Arm("candidate", [0.9, 0.9], {"lr": "0.4", "depth": "3"}, code="d" * 40),
        }),
        Experiment(TWO, {"base": Arm("baseline", [5.0], {"c": "1"}),
                         "down": Arm("candidate", [3.0], {"c": "2"})},
                   metric="loss", goal="minimize", verdict="archived"),
        Experiment(THREE, {"search": Arm(SWEEP, [4.0, 1.0, 3.0, 2.0], seconds=1800)},
                   approach="search"),
    ]  # fmt: skip
    files: dict[str, Any] = {"expdocs.toml": 'project = "churn"\n'}
    for one in experiments:
        files |= {one.path: one.text(), **one.evidence()}
    return files


@pytest.fixture
def told(repo: Any, run_cli: Any) -> Path:
    root: Path = repo(story()).root
    ran = run_cli("synth", "--kind", "comparisons", cwd=root)
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"wrote {PAGE} (new)"), ran.err
    return root


def section(root: Path, name: str) -> str:
    text = (root / PAGE).read_text(encoding="utf-8")
    return text.partition(f"<!-- expdocs:{name} -->")[2].partition(f"<!-- /expdocs:{name}")[0]


def test_the_table_of_approaches(told) -> None:
    rows = section(told, "approaches").replace("\\", "")
    assert "| search | val_f1 | 4 | 4 | – | – | 0.500 | iterate | 2026-11-03 |" in rows
    # The best of repeated runs is the higher mean; both experiments count for the verdicts.
    assert "| smote | val_f1 | 14 | 0.900 | +0.183 | 0 | 0.367 | iterate, archived |" in rows
    assert "| smote | loss | 1 | 3 | -2 | – | 0.367 |" in rows


def test_what_fewer_runs_of_a_search_would_have_reached(told) -> None:
    found = section(told, "searches").replace("\\", "")
    assert "is expected to reach 2.50, and all of them reached 4" in found
    # Of the six ways to draw two of four, the best is 4 in three, 3 in two and 2 in one: 20/6.
    assert f"| {THREE} | search | 2 | 3.33 |" in found


def test_one_factor_at_a_time(told) -> None:
    single = section(told, "single")
    changed = "from base to clear, lr alone changes, from 0.1 to 0.2: at val\\_f1 that is better"
    assert changed in single
    assert f"by [+0.0367](delta:{ONE}/base..{ONE}/clear#val_f1)" in single
    assert (
        "from base to down, c alone changes, from 1 to 2: at loss that is better, by [-2]" in single
    )
    assert "to few" not in single


def test_several_factors_tell_nothing_apart(told) -> None:
    several = section(told, "several")
    assert "from base to few there are 3 changes" in several
    assert "lr: 0.1 → 0.4; code: cccccccccccc → dddddddddddd" in several.replace("\\", "")


def test_what_the_sample_tells(told) -> None:
    # Six seeds that all gain: 1/64, of three comparisons in the family.
    assert "a chance of 0.0156, of 0.0469 in its family" in section(told, "told")
    assert "clear and base share 6 seeds" in section(told, "told")
    assert "same and base share 6 seeds" in section(told, "left")
    insufficient = section(told, "insufficient")
    assert "few and base share 2 seeds, which is insufficient" in insufficient
    assert "down and base share 0 seeds" in insufficient


def test_without_scipy_the_extra_is_named(told, run_cli, monkeypatch) -> None:
    before = (told / PAGE).read_bytes()
    monkeypatch.setitem(sys.modules, "scipy", None)
    ran = run_cli("synth", "--kind", "comparisons", cwd=told)
    assert ran.code == 3
    assert "needs the extra 'stats', which is not installed" in ran.err
    assert "  hint: run: python -m pip install 'expdocs[stats]'\n" in ran.err
    assert (told / PAGE).read_bytes() == before


@pytest.mark.parametrize("seed", range(0, 40, 3))
def test_pages_of_random_histories_hold(repo, seed) -> None:
    workspace = Workspace.open(repo(random_story(seed)).root)
    with workspace.context() as context:
        sources = Sources(context.settings, context.corpus, context.facts, context.commits)
        request = Request("comparisons", language=("en", "zh")[seed % 2])
        prepared = page_kind("comparisons").prepare(sources, request)
        claims = prepared.write()
        assert verify(prepared.brief, claims) == ()
        assert page_kind("comparisons").prepare(sources, request).write() == claims
