"""`expdocs check --hook`: the index, or what a runner says by its variables."""

from __future__ import annotations

import pytest

FROM, TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"


@pytest.fixture(autouse=True)
def _no_runner(monkeypatch):
    monkeypatch.delenv(FROM, raising=False)
    monkeypatch.delenv(TO, raising=False)


@pytest.fixture
def broken(checked_repo):
    """The checked repository with an error in its last commit."""
    checked_repo.write({checked_repo.record: checked_repo.text.replace("[0.791]", "[0.971]")})
    checked_repo.commit("break it")
    return checked_repo


def test_without_a_range_the_index_is_checked(checked_repo, run_cli):
    assert run_cli("check", "--hook", cwd=checked_repo.root).code == 0
    checked_repo.write({checked_repo.record: checked_repo.text.replace("[0.791]", "[0.971]")})
    assert run_cli("check", "--hook", cwd=checked_repo.root).code == 0
    checked_repo.git("add", "-A")
    assert run_cli("check", "--hook", cwd=checked_repo.root).code == 1
    checked_repo.git("commit", "-qm", "broken already")
    assert run_cli("check", "--hook", cwd=checked_repo.root).code == 0


@pytest.mark.parametrize(("start", "end"), [("HEAD~1", None), (None, "HEAD"), ("", "")])
def test_half_a_range_is_none(broken, run_cli, monkeypatch, start, end):
    for name, value in ((FROM, start), (TO, end)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert run_cli("check", "--hook", cwd=broken.root).code == 0


def test_a_range_is_what_is_checked(broken, run_cli, monkeypatch):
    monkeypatch.setenv(FROM, "HEAD~1")
    monkeypatch.setenv(TO, "HEAD")
    (found,) = run_cli("check", "--hook", "--format", "json", cwd=broken.root).findings()
    assert (found["rule"], found["path"]) == ("CLM104", broken.record)
    line = f"    {found['line']} | The baseline reached [0.971](run:weights#val_f1)"
    broken.write({broken.record: "overwritten\n"})
    assert line in run_cli("check", "--hook", cwd=broken.root).out
    monkeypatch.setenv(FROM, "HEAD")
    assert run_cli("check", "--hook", cwd=broken.root).code == 0


@pytest.mark.parametrize("arguments", [(), ("--staged",), ("--base", "HEAD")])
def test_a_range_counts_only_for_this_option(checked_repo, run_cli, monkeypatch, arguments):
    monkeypatch.setenv(FROM, "nowhere")
    monkeypatch.setenv(TO, "nowhere")
    assert run_cli("check", *arguments, cwd=checked_repo.root).code == 0


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        ("nowhere", "HEAD", "nowhere"),
        ("HEAD", "--output=pwned", "--output=pwned"),
        ("--all", "HEAD", "--all"),
        ("0" * 40, "HEAD", "0" * 40),
    ],
)
def test_a_range_of_what_is_no_commit_is_refused(
    checked_repo, run_cli, monkeypatch, start, end, wrong
):
    monkeypatch.setenv(FROM, start)
    monkeypatch.setenv(TO, end)
    ran = run_cli("check", "--hook", cwd=checked_repo.root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: '{wrong}' names no commit\n")
    assert not (checked_repo.root / "pwned").exists()


def test_a_range_without_a_common_commit_is_refused(checked_repo, run_cli, monkeypatch):
    tree = checked_repo.git("rev-parse", "HEAD^{tree}")
    monkeypatch.setenv(FROM, checked_repo.git("commit-tree", "-m", "another root", tree))
    monkeypatch.setenv(TO, "main")
    ran = run_cli("check", "--hook", cwd=checked_repo.root)
    assert ran.code == 2
    assert ran.err.startswith("error: main and '")
    assert "have no common commit here" in ran.err


@pytest.mark.parametrize("other", [("--staged",), ("--base", "HEAD")])
def test_no_other_option_says_what_to_check(checked_repo, run_cli, other):
    ran = run_cli("check", "--hook", *other, cwd=checked_repo.root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: --hook finds out itself what to check\n")


def test_a_repository_without_a_commit_can_be_hooked(repo, run_cli):
    made = repo({"journal/a.md": "no front matter\n"}, commit=False)
    assert run_cli("check", "--hook", cwd=made.root).code == 0
    made.git("add", "-A")
    assert run_cli("check", "--hook", cwd=made.root).code == 1


def test_a_shallow_clone_says_in_ci_that_it_is_one(broken, run_cli, monkeypatch, tmp_path):
    broken.git("clone", "-q", "--depth=1", broken.root.as_uri(), str(tmp_path / "clone"))
    clone = tmp_path / "clone"
    monkeypatch.setenv(FROM, "HEAD")
    monkeypatch.setenv(TO, "HEAD")
    for arguments in (("--hook",), ("--base", "HEAD")):
        ran = run_cli("check", *arguments, "--format", "json", cwd=clone)
        assert [found["rule"] for found in ran.findings()] == ["CFG201"]
    assert run_cli("check", "--staged", "--format", "json", cwd=clone).findings() == []
