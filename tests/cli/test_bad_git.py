"""No git, broken git, strange states of git: checked all the same, or one clear message."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from expdocs.gitcommand import run_git

OK = (0, "1 record checked: no findings\n", "")
COMMANDS: dict[str, tuple[str, ...]] = {
    "check": ("check",),
    "check --staged": ("check", "--staged"),
    "new": ("new", "experiment", "A title"),
    "fix": ("fix",),
    "accept": ("accept", "EXP-2026-11-20-417", "--by", "li"),
    "supersede": ("supersede", "EXP-2026-11-20-417", "--title", "New"),
    "cite": ("cite", "EXP-2026-11-20-417", "0.791"),
    "init": ("init",),
    "kinds list": ("kinds", "list"),
    "evidence pull": ("evidence", "pull", "--all"),
    "evidence verify": ("evidence", "verify", "--all"),
    "evidence link": ("evidence", "link", "--all"),
}


def seen(ran: Any) -> tuple[int, str, str]:
    return ran.code, ran.out, ran.err


@pytest.fixture
def every_command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return COMMANDS[request.param]


each = pytest.mark.parametrize("every_command", COMMANDS, indirect=True)


class Folder:
    """A folder that is no repository, to be compared before and after."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def state(self) -> list[str]:
        return sorted(str(path) for path in self.root.rglob("*"))


@each
def test_no_repository(only_problem: Any, tmp_path: Path, every_command: tuple[str, ...]) -> None:
    said = only_problem(Folder(tmp_path), 3, *every_command)
    assert "is not inside a git repository" in said
    assert "git init" in said


@each
def test_a_bare_repository(
    only_problem: Any, checked_repo: Any, tmp_path: Path, every_command: tuple[str, ...]
) -> None:
    checked_repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    assert "no working tree" in only_problem(Folder(tmp_path / "bare.git"), 3, *every_command)


@each
def test_inside_the_git_folder(
    only_problem: Any, checked_repo: Any, every_command: tuple[str, ...]
) -> None:
    said = only_problem(checked_repo, 3, *every_command, cwd=checked_repo.root / ".git")
    assert "no working tree" in said


@each
def test_no_git(
    run_program: Any, checked_repo: Any, tmp_path: Path, every_command: tuple[str, ...]
) -> None:
    before = checked_repo.state()
    ran = run_program(*every_command, cwd=checked_repo.root, env={"PATH": str(tmp_path / "none")})
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: git is not installed\n")
    assert len(ran.err.splitlines()) == 2
    assert checked_repo.state() == before


@each
@pytest.mark.parametrize("broken", ["index", "HEAD", "config"])
def test_a_broken_git_folder(
    only_problem: Any, checked_repo: Any, every_command: tuple[str, ...], broken: str
) -> None:
    (checked_repo.root / ".git" / broken).write_bytes(b"[DIRC\xff garbage")
    if every_command[0] == "init" and broken == "index":
        return  # init looks at no file that git knows
    only_problem(checked_repo, 3, *every_command)


def test_a_folder_that_is_gone(run_program: Any, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    ran = run_program("check", cwd=gone, before=gone.rmdir)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.count("error:") == 1
    assert "Traceback" not in ran.err


def test_no_commits_yet(repo: Any, run_cli: Any) -> None:
    made = repo({"journal/notes.txt": "a"}, commit=False)
    nothing = (0, "0 records checked: no findings\n", "")
    assert seen(run_cli("check", cwd=made.root)) == nothing
    assert seen(run_cli("check", "--staged", cwd=made.root)) == nothing
    ran = run_cli("new", "experiment", "First", cwd=made.root)
    assert (ran.code, ran.err) == (0, "")
    drafts = run_cli("check", cwd=made.root)
    assert (drafts.code, drafts.out) == (0, "1 record checked: no findings\n")
    made.git("add", "-A")
    assert run_cli("check", "--staged", cwd=made.root).code == 0


def test_no_commits_yet_and_a_base(repo: Any, only_problem: Any) -> None:
    made = repo(commit=False)
    assert "names no commit" in only_problem(made, 2, "check", "--base", "HEAD")


def test_a_detached_head(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.git("checkout", "-q", "--detach")
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK
    assert seen(run_cli("check", "--staged", cwd=checked_repo.root)) == OK
    assert seen(run_cli("check", "--base", "main", cwd=checked_repo.root)) == OK
    assert run_cli("init", cwd=checked_repo.root).code == 0
    assert run_cli("new", "experiment", "Detached", cwd=checked_repo.root).code == 0


def test_a_linked_worktree(checked_repo: Any, run_cli: Any, tmp_path: Path) -> None:
    checked_repo.git("worktree", "add", "-q", str(tmp_path / "tree"))
    assert seen(run_cli("check", cwd=tmp_path / "tree")) == OK
    ran = run_cli("new", "experiment", "Linked", cwd=tmp_path / "tree")
    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "tree" / ran.out.splitlines()[-1]).is_file()


def test_from_a_folder_below(checked_repo: Any, run_cli: Any) -> None:
    folder = checked_repo.root / "journal" / "experiments"
    assert seen(run_cli("check", ".", cwd=folder)) == OK
    assert seen(run_cli("check", "2026", cwd=folder)) == OK


def test_a_shallow_clone_is_one_warning(
    checked_repo: Any, only_finding: Any, tmp_path: Path
) -> None:
    clone = type(checked_repo)(tmp_path / "clone", checked_repo.code)
    source = f"file://{checked_repo.root}"
    checked_repo.git("clone", "-q", "--depth=1", source, str(clone.root))
    # The commit's snapshot answers for what the clone lacks.
    assert only_finding(clone) == ("CFG201", "expdocs.toml", 1, 1)


def test_a_shallow_clone_without_snapshots(
    checked_repo: Any, only_finding: Any, tmp_path: Path
) -> None:
    checked_repo.git("rm", "-rq", "journal/evidence/git")
    checked_repo.commit()
    clone = type(checked_repo)(tmp_path / "clone", checked_repo.code)
    source = f"file://{checked_repo.root}"
    checked_repo.git("clone", "-q", "--depth=1", source, str(clone.root))
    assert only_finding(clone) == ("CFG201", "expdocs.toml", 1, 1)


def test_a_shallow_clone_and_a_base(checked_repo: Any, only_problem: Any, tmp_path: Path) -> None:
    checked_repo.git("branch", "old", "HEAD~1")
    checked_repo.commit("second")
    clone = type(checked_repo)(tmp_path / "clone", checked_repo.code)
    source = f"file://{checked_repo.root}"
    clone_ = ("clone", "-q", "--depth=1", "--no-single-branch", source, str(clone.root))
    checked_repo.git(*clone_)
    said = only_problem(clone, 2, "check", "--base", "origin/old")
    assert "no common commit" in said
    assert "--unshallow" in said


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "all"])
def test_variables_of_another_repository(
    checked_repo: Any, repo: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    other = repo({"journal/x.md": "no record"}, name="other")
    values = {
        "GIT_DIR": other.root / ".git",
        "GIT_WORK_TREE": other.root,
        "GIT_INDEX_FILE": other.root / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": other.root / ".git" / "objects",
        "GIT_PREFIX": "nowhere/",
    }
    before = other.state()
    chosen = [name] if name != "all" else list(values)
    # git names the index of a commit in progress so, and `--staged` reads that one.
    staged = "GIT_INDEX_FILE" not in chosen
    for each_name in chosen:
        monkeypatch.setenv(each_name, str(values[each_name]))
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK
    if staged:
        assert seen(run_cli("check", "--staged", cwd=checked_repo.root)) == OK
    ran = run_cli("new", "experiment", "Mine", cwd=checked_repo.root)
    assert (ran.code, ran.err) == (0, "")
    assert (checked_repo.root / ran.out.splitlines()[-1]).is_file()
    assert run_cli("init", cwd=checked_repo.root).code == 0
    for each_name in chosen:
        monkeypatch.delenv(each_name, raising=False)
    assert other.state() == before


def test_new_draws_ids_that_this_repository_lacks_whatever_the_environment_says(
    checked_repo: Any, repo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from expdocs.history import History

    other = repo({"journal/EXP-2026-11-20-500-x.md": "a"}, name="other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    names = History(checked_repo.root).names_ever_added("EXP-2026-11-20-")
    assert names == [checked_repo.record]


def corrupt(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"x\x9c garbage")


def loose(repo: Any, revision: str) -> Path:
    sha = repo.git("rev-parse", revision)
    path: Path = repo.root / ".git/objects" / sha[:2] / sha[2:]
    return path


@pytest.mark.parametrize("what", ["{}", "{}^{{tree}}"])
def test_a_corrupt_object_is_no_missing_object(
    checked_repo: Any, only_problem: Any, what: str
) -> None:
    corrupt(loose(checked_repo, what.format(checked_repo.code)))
    said = only_problem(checked_repo, 3, "check")
    assert said == ("error: git stopped while its objects were read\n  hint: run: git fsck\n")


def test_a_pruned_object(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.git("checkout", "-q", "--orphan", "alone")
    checked_repo.commit()
    checked_repo.git("branch", "-D", "main")
    checked_repo.git("reflog", "expire", "--expire=now", "--all")
    checked_repo.git("gc", "-q", "--prune=now")
    # The committed snapshot of the commit answers; only its files are out of reach.
    ran = run_cli("check", cwd=checked_repo.root)
    assert seen(ran) == OK


def test_replaced_objects_do_not_count(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.git("replace", checked_repo.code, "HEAD")
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK


def test_an_index_with_conflicts(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.git("checkout", "-qb", "theirs")
    checked_repo.write({checked_repo.record: checked_repo.text.replace("More seeds", "Stop")})
    checked_repo.commit()
    checked_repo.git("checkout", "-q", "main")
    checked_repo.write({checked_repo.record: checked_repo.text.replace("More seeds", "Go on")})
    checked_repo.commit()
    os.system(f"cd {checked_repo.root} && git merge -q theirs >/dev/null 2>&1")
    assert "<<<<<<<" in checked_repo.text
    for arguments in (("check",), ("check", "--staged")):
        ran = run_cli(*arguments, cwd=checked_repo.root)
        assert ran.code in (0, 1)
        assert ran.err == ""


BASES = [
    "--upload-pack=touch x",
    "-h",
    "",
    " ",
    "nothing",
    "HEAD:expdocs.toml",
    "HEAD^{tree}",
    "HEAD..HEAD~1",
    "@{upstream}",
    "@{9999}",
    ":/no such message",
    "0" * 40,
    "$(touch x)",
    "main\nmain",
    "x" * 5000,
    "é/数",
]


@pytest.mark.parametrize("base", BASES)
def test_a_base_that_is_no_commit(checked_repo: Any, only_problem: Any, base: str) -> None:
    assert "names no commit" in only_problem(checked_repo, 2, "check", f"--base={base}")


def test_a_base_without_a_common_commit(checked_repo: Any, only_problem: Any) -> None:
    checked_repo.git("checkout", "-q", "--orphan", "alone")
    checked_repo.commit("alone")
    assert "no common commit" in only_problem(checked_repo, 2, "check", "--base=main")


def test_a_base_that_could_not_be_checked(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({"expdocs.toml": "= broken"})
    bad = checked_repo.commit()
    checked_repo.write({"expdocs.toml": 'project = "churn"\n', "journal/x.md": "no record"})
    checked_repo.commit()
    ran = run_cli("check", f"--base={bad}", cwd=checked_repo.root)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.count("REC105") == 1


def test_what_the_environment_configures_holds(
    checked_repo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"COUNT": "1", "KEY_0": "safe.directory", "VALUE_0": "/builds"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    checked_repo.git("config", "core.fsmonitor", "touch ran")
    asked = ("config", "--get-all")
    assert run_git(checked_repo.root, *asked, "safe.directory") == b"/builds\n"
    assert run_git(checked_repo.root, *asked, "core.fsmonitor") == b"touch ran\nfalse\n"
