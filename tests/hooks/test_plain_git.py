"""Plain git hooks by `core.hooksPath`: pushing the tags that keep cited commits, and its limits."""

from __future__ import annotations

import os
import subprocess

import pytest


@pytest.fixture
def hooked(hook):
    return hook("git")


@pytest.fixture
def remote(hooked, tmp_path):
    """A bare remote called `origin`; returns a function that lists its refs."""
    path = tmp_path / "a remote.git"
    assert hooked.git("init", "-q", "--bare", "-b", "main", str(path)).code == 0
    hooked.made.git("remote", "add", "origin", str(path))

    def refs() -> dict[str, str]:
        listing = hooked.made.git("ls-remote", "origin").splitlines()
        return {name: sha for sha, name in (line.split("\t") for line in listing)}

    return refs


def side_commit(hooked) -> str:
    """A commit that no branch holds."""
    tree = hooked.made.git("rev-parse", "HEAD^{tree}")
    return hooked.made.git("commit-tree", "-m", "squashed away", "-p", "HEAD", tree)


def test_a_push_takes_the_tags_of_cited_commits_along(hooked, remote):
    kept, other = side_commit(hooked), side_commit(hooked)
    hooked.made.git("tag", f"expdocs/{kept[:12]}", kept)
    hooked.made.git("tag", "v1", other)
    pushed = hooked.git("push", "origin", "main")
    assert pushed.code == 0, pushed.text
    assert remote() == {
        "HEAD": hooked.made.git("rev-parse", "main"),
        "refs/heads/main": hooked.made.git("rev-parse", "main"),
        f"refs/tags/expdocs/{kept[:12]}": kept,
    }


def test_a_push_to_an_address_takes_the_tags_along(hooked, remote, tmp_path):
    kept = side_commit(hooked)
    hooked.made.git("tag", f"expdocs/{kept[:12]}", kept)
    assert hooked.git("push", "-q", str(tmp_path / "a remote.git"), "main").code == 0
    assert f"refs/tags/expdocs/{kept[:12]}" in remote()


def test_pushing_again_is_quiet_and_pushes_nothing(hooked, remote):
    kept = side_commit(hooked)
    hooked.made.git("tag", f"expdocs/{kept[:12]}", kept)
    assert hooked.git("push", "-q", "origin", "main").code == 0
    before = remote()
    hooked.made.git("commit", "-qn", "--allow-empty", "-m", "next")
    again = hooked.git("push", "-q", "origin", "main")
    assert again.code == 0
    assert again.text == "1 record checked: no findings\n"
    assert remote()[f"refs/tags/expdocs/{kept[:12]}"] == before[f"refs/tags/expdocs/{kept[:12]}"]


def test_the_push_of_tags_runs_no_hook_again(hooked, remote):
    kept = side_commit(hooked)
    hooked.made.git("tag", f"expdocs/{kept[:12]}", kept)
    traced = hooked.git("push", "-q", "origin", "main", GIT_TRACE="1")
    assert traced.code == 0
    assert traced.text.count("run_command: hooks/pre-push") == 1
    assert traced.text.count("checked: no findings") == 1


def test_without_tags_a_push_is_just_a_push(hooked, remote):
    assert hooked.git("push", "-q", "origin", "main").code == 0
    assert sorted(remote()) == ["HEAD", "refs/heads/main"]


def test_a_finding_stops_the_push_and_its_tags(hooked, remote):
    kept = side_commit(hooked)
    hooked.made.git("tag", f"expdocs/{kept[:12]}", kept)
    hooked.put("journal/broken.md", "no front matter\n")
    hooked.commit("--no-verify")
    pushed = hooked.git("push", "origin", "main")
    assert pushed.code == 1
    assert "journal/broken.md:1:1: error REC" in pushed.text
    assert remote() == {}


def test_a_tag_that_the_remote_has_otherwise_stops_the_push(hooked, remote):
    one, other = side_commit(hooked), hooked.made.code
    hooked.made.git("tag", "expdocs/000000000000", one)
    assert hooked.git("push", "-q", "origin", "main").code == 0
    hooked.made.git("tag", "-f", "expdocs/000000000000", other)
    hooked.made.git("commit", "-qn", "--allow-empty", "-m", "next")
    before = remote()
    pushed = hooked.git("push", "origin", "main")
    assert pushed.code == 1
    assert "expdocs/000000000000" in pushed.text
    assert remote() == before


@pytest.mark.parametrize("name", ["pre-commit", "pre-merge-commit", "pre-push"])
def test_a_hook_that_finds_no_program_says_what_to_do(hooked, name):
    places = hooked.environment["PATH"].split(os.pathsep)
    path = os.pathsep.join(p for p in places if not os.path.exists(f"{p}/expdocs"))  # noqa: PTH110
    done = subprocess.run(
        [hooked.root / "hooks" / name, "origin"],
        cwd=hooked.root,
        env={**hooked.environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == (
        "expdocs is not on the PATH of git: activate its environment, or pass --no-verify\n"
    )


def test_no_verify_passes_the_hooks_by(hooked, remote):
    hooked.put("journal/broken.md", "no front matter\n")
    assert hooked.commit().code == 1
    assert hooked.commit("--no-verify").code == 0
    assert hooked.git("push", "-q", "--no-verify", "origin", "main").code == 0
