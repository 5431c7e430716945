"""Synthesis pages in a check: what is remembered of them, and what a check without them loads."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

PAGE = "journal/synthesis/overview.md"
CLAIMS = "journal/synthesis/overview.claims.json"


def check(repo, *options: str) -> tuple[list[str], set[str]]:
    """The rules found, in a process of its own, and which of our packages it loaded."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "expdocs", "check", *options],
        cwd=repo.root,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    names = [line.rpartition("|")[2].strip().split(".") for line in lines]
    loaded = {name[1] for name in names if name[0] == "expdocs" and len(name) > 1}
    words = [line.split() for line in done.stdout.splitlines()]
    return [line[2] for line in words if len(line) > 2 and line[1] in ("error", "warning")], loaded


@pytest.fixture
def synthesised(checked_repo, run_cli) -> Any:
    assert run_cli("synth", "--kind", "overview", cwd=checked_repo.root).code == 0
    checked_repo.commit("a page")
    return checked_repo


def test_a_check_without_pages_loads_nothing_of_them(checked_repo) -> None:
    found, loaded = check(checked_repo)
    assert found == []
    assert not {"narrative", "analytics"} & loaded


def test_the_verdict_is_remembered_while_nothing_changed(synthesised) -> None:
    first, loaded = check(synthesised)
    assert (first, "narrative" in loaded) == (["SYN301"], True)
    check(synthesised)  # since files that were written just before a check are looked at again
    again, loaded = check(synthesised)
    assert (again, "narrative" in loaded) == (["SYN301"], False)


@pytest.mark.parametrize(
    ("path", "old", "new", "rule"),
    [
        ("record", "More seeds.", "Many more seeds.", "SYN201"),
        (PAGE, "waits for a review", "was reviewed", "SYN202"),
        (CLAIMS, "waits for a review", "was reviewed", "SYN202"),
        ("expdocs.toml", 'name = "Ana"', 'name = "Ana C"', "SYN301"),
    ],
)
def test_a_change_is_seen_and_so_is_its_undoing(synthesised, path, old, new, rule) -> None:
    file = synthesised.root / (synthesised.record if path == "record" else path)
    assert check(synthesised)[0] == ["SYN301"]
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")
    assert check(synthesised)[0] == [rule]
    assert check(synthesised)[0] == check(synthesised, "--no-cache")[0]
    file.write_text(before, encoding="utf-8")
    assert check(synthesised)[0] == ["SYN301"]


def test_evidence_that_goes_is_seen(synthesised) -> None:
    check(synthesised)
    (synthesised.root / synthesised.snapshot("weights")).unlink()
    assert sorted(set(check(synthesised)[0])) == sorted(set(check(synthesised, "--no-cache")[0]))
    assert "SYN201" in check(synthesised)[0]


def test_a_page_that_goes_takes_its_findings_along(synthesised) -> None:
    assert check(synthesised)[0] == ["SYN301"]
    (synthesised.root / PAGE).unlink()
    assert check(synthesised)[0] == []


def test_what_is_staged_is_held_against_what_is_staged(synthesised) -> None:
    text = synthesised.text.replace("More seeds.", "Many more seeds.")
    synthesised.write({synthesised.record: text})
    assert check(synthesised, "--staged")[0] == []
    synthesised.git("add", synthesised.record)
    assert check(synthesised, "--staged")[0] == ["SYN201"]


def test_a_page_can_be_checked_alone(synthesised, run_cli) -> None:
    done = run_cli("check", "--format", "json", PAGE, cwd=synthesised.root)
    assert [finding["rule"] for finding in done.findings()] == ["SYN301"]
    done = run_cli("check", "--format", "json", synthesised.record, cwd=synthesised.root)
    assert done.findings() == []


def test_numbers_and_names_that_people_add_are_checked_too(synthesised, run_cli) -> None:
    page = synthesised.root / PAGE
    own = (
        "\nIt is [0.9](run:EXP-2026-11-20-417/weights#val_f1), see EXP-2026-11-20-999 and"
        " [x](run:no).\n"
    )
    page.write_text(page.read_text(encoding="utf-8") + own, encoding="utf-8")
    done = run_cli("check", "--format", "json", cwd=synthesised.root)
    rules = sorted(finding["rule"] for finding in done.findings())
    assert rules == ["CLM101", "CLM104", "LNK106", "SYN301"]


def test_readme_files_are_no_pages(synthesised, run_cli) -> None:
    synthesised.write({"journal/synthesis/README.md": "# Pages\n"})
    assert check(synthesised)[0] == ["SYN301"]
