"""The examples of the rules: each rule has a failing and a passing one, and each does so."""

from __future__ import annotations

from pathlib import Path

import pytest

import expdocs.rules
from expdocs.rules.catalogue import CATALOGUE
from expdocs.rules.examples import Example, example_of

FOLDER = Path(expdocs.rules.__file__).parent / "examples"
# The commit that the examples show, where a test has the commit of its own repository.
SHOWN = "36158e5af4f18f0f6178f0f520ec6af0e43b9441"
# Their causes are no text of a record; the cases of test_every_rule show them.
GIVEN = {
    "CFG201", "REC101", "REC102", "REC103", "REC104", "REC106", "REC107", "REC114", "REC120",
    "REC209", "REC301", "REC302", "REC303", "REC306", "LNK104", "EVD102", "EVD103", "EVD105",
    "EVD106", "EVD202", "EVD203", "EVD204", "EVD205", "EVD214", "EVD224", "LIF101", "LIF102",
    "LIF104", "CLM109", "CLM110", "GAT101", "GAT102", "GAT103", "GAT104", "GAT105", "SEC102",
    "SYN101", "SYN201", "SYN202", "SYN203", "SYN301",
}  # fmt: skip
OTHER = "journal/experiments/2026/11/EXP-2026-11-20-500-other.md"


def rules_found(repo, run_cli, block: str, example: Example) -> list[str]:
    """Return what a check finds once a block stands in the record."""
    place = example.replaces or example.passes.replace(SHOWN, repo.code)
    assert repo.text.count(place) >= 1, place
    other = repo.text.replace("EXP-2026-11-20-417", "EXP-2026-11-20-500")
    text = repo.text.replace(place, block.replace(SHOWN, repo.code), 1)
    repo.write({OTHER: other, repo.record: text})
    findings = run_cli("check", "--format", "json", cwd=repo.root).findings()
    return [finding["rule"] for finding in findings if finding["path"] == repo.record]


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{rule}.md" for rule in CATALOGUE}
    assert {rule for rule in CATALOGUE if example_of(rule).given} == GIVEN


@pytest.mark.parametrize("rule", CATALOGUE)
def test_the_two_blocks_differ_and_are_short(rule: str) -> None:
    example = example_of(rule)
    assert example.fails != example.passes
    for block in (example.fails, example.passes):
        assert 1 <= len(block.split("\n")) <= 5
        assert all(line == line.rstrip() and len(line) <= 100 for line in block.split("\n"))


@pytest.mark.parametrize("rule", [rule for rule in CATALOGUE if rule not in GIVEN])
def test_the_failing_example_fails(rule: str, checked_repo, run_cli) -> None:
    example = example_of(rule)
    assert rule in rules_found(checked_repo, run_cli, example.fails, example)


@pytest.mark.parametrize("rule", [rule for rule in CATALOGUE if rule not in GIVEN])
def test_the_passing_example_passes(rule: str, checked_repo, run_cli) -> None:
    example = example_of(rule)
    assert rules_found(checked_repo, run_cli, example.passes, example) == []


@pytest.mark.parametrize("rule", CATALOGUE)
def test_explain_prints_the_rule_and_its_example(rule: str, run_cli) -> None:
    done = run_cli("explain", rule)
    about, example = CATALOGUE[rule], example_of(rule)
    assert (done.code, done.err) == (0, "")
    assert f"{about.title}\n\n{about.why}\n\n" in done.out
    fails, passes = done.out.split("\nPasses:\n\n")
    shown = fails.split("Fails:\n\n")[1].strip("\n"), passes.strip("\n")
    blocks = (example.fails, example.passes)
    assert shown == tuple("\n".join(f"    {one}".rstrip() for one in b.split("\n")) for b in blocks)
