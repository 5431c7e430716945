"""What git tells about a place: clone, hooks, protected branch, and the tags that keep commits."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

from expdocs.config import Settings
from expdocs.errors import CannotRun, ExpdocsError
from expdocs.facts.commits import cited_commits
from expdocs.gitcommand import git_environment
from expdocs.history import TAG_PREFIX, History
from expdocs.objects import FULL_SHA
from expdocs.repository import Repository
from expdocs.trackers.facts import Fact, State
from expdocs.workspace import Workspace

_SECONDS = 20
_PROTOCOLS = "file:git:http:https:ssh"


def git_facts(workspace: Workspace, settings: Settings) -> Iterator[Fact]:
    """Yield what git has to offer to checks of this repository."""
    yield _clone(workspace.repository)
    yield _hooks(workspace.repository)
    protected = History(workspace.root).protected(settings)
    yield _protected(protected, settings)
    if protected is None:
        return
    try:
        cited = sorted(cited_commits(workspace.corpus.records))
    except ExpdocsError as problem:
        yield Fact("cited commits", State.WARN, problem.message, problem.hint)
        return
    yield from _tags(workspace.repository, cited, protected)


def _clone(repository: Repository) -> Fact:
    if not repository.incomplete:
        return Fact("clone", State.OK, "the whole history is here")
    hint = "run: git fetch --unshallow" if repository.shallow else "run: git fetch --refetch"
    return Fact("clone", State.WARN, "it is shallow or partial: not all edges can be checked", hint)


def _hooks(repository: Repository) -> Fact:
    asked = repository.run("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    folder = Path(os.fsdecode(asked).removesuffix("\n"))
    if _names_expdocs(folder / "pre-commit"):
        return Fact("hooks", State.OK, "commits are checked by expdocs")
    runner = repository.root / ".pre-commit-config.yaml"
    if _names_expdocs(runner) and (folder / "pre-commit").is_file():
        return Fact("hooks", State.OK, "commits are checked by the hooks of a runner")
    hint = "run: pre-commit install" if _names_expdocs(runner) else "run: expdocs init --git-hooks"
    if _names_expdocs(repository.root / "hooks" / "pre-commit"):
        hint = "run: git config core.hooksPath hooks"
    return Fact("hooks", State.OFF, "commits are not checked before they are made", hint)


def _names_expdocs(path: Path) -> bool:
    try:
        return re.search(rb"\bexpdocs\b", path.read_bytes()) is not None
    except OSError:
        return False


def _protected(commit: str | None, settings: Settings) -> Fact:
    named = settings.protected_branch or "origin/HEAD"
    if commit is not None:
        return Fact("protected branch", State.OK, f"{named} is at {commit[:12]}")
    message = f"{named} is not known here: what was accepted cannot be held against it"
    hint = "run: git remote set-head origin --auto, or set protected_branch"
    return Fact("protected branch", State.WARN, message, hint)


# --- tags that keep cited commits alive


def _tags(repository: Repository, cited: Collection[str], protected: str) -> Iterator[Fact]:
    alone = _not_on(repository, protected, cited)
    here = _here(repository)
    wanted = {f"{TAG_PREFIX}{sha[:12]}" for sha in alone}
    if lacking := sorted(wanted - here):
        message = f"without a tag a squash or prune loses {_listed(lacking)}"
        yield Fact("cited commits", State.WARN, message, "run: expdocs evidence pull --all")
    remote = _remote(repository)
    if not (wanted & here) or not remote:
        if not lacking:
            yield Fact("cited commits", State.OK, _kept(cited, wanted))
        return
    there = _there(repository, remote)
    if there is None:
        message = f"the remote {remote} could not be asked for its tags"
        yield Fact("cited commits", State.WARN, message, f"run: git ls-remote --tags {remote}")
    elif missing := sorted((wanted & here) - there):
        hint = f"run: git push {remote} {' '.join(missing[:5])}"
        message = f"the remote {remote} lacks {_listed(missing)}"
        yield Fact("cited commits", State.WARN, message, hint)
    elif not lacking:
        yield Fact("cited commits", State.OK, _kept(cited, wanted))


def _kept(cited: Collection[str], wanted: Collection[str]) -> str:
    if not cited:
        return "no record cites a commit yet"
    tagged = f", {len(wanted)} of them by a tag" if wanted else ""
    return f"{len(cited)} are kept{tagged}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004
    return ", ".join(names[:3]) + more


def _not_on(repository: Repository, protected: str, cited: Collection[str]) -> list[str]:
    """Return the commits that are in this clone and that the protected branch lacks."""
    if not cited:
        return []
    with repository.objects as store:
        found = [store.get(sha) for sha in cited if FULL_SHA.match(sha)]
    present = [one.sha for one in found if one is not None and one.type == "commit"]
    asked = "".join(f"{sha}\n" for sha in present).encode()
    listed = repository.run("rev-list", "--stdin", "--not", protected, stdin=asked)
    alone = set(listed.decode().split())
    return [sha for sha in present if sha in alone]


def _here(repository: Repository) -> set[str]:
    listed = repository.run(
        "for-each-ref", "--format=%(refname:lstrip=2)", f"refs/tags/{TAG_PREFIX}"
    )
    return set(listed.decode("utf-8", "replace").splitlines())


def _remote(repository: Repository) -> str:
    """Return the remote that is pushed to: ``origin``, else the first."""
    names = repository.run("remote").decode("utf-8", "replace").split()
    return "origin" if "origin" in names else next(iter(names), "")


def _there(repository: Repository, remote: str) -> set[str] | None:
    """Return our tags on a remote, or None where it does not answer."""
    environment = git_environment() | {"GIT_ALLOW_PROTOCOL": _PROTOCOLS}
    environment.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
    try:
        done = subprocess.run(
            ["git", "ls-remote", "--tags", "--", remote, f"refs/tags/{TAG_PREFIX}*"],
            cwd=repository.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        raise CannotRun("git is not installed", "install git 2.36 or newer") from error
    if done.returncode:
        return None
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return {line.partition("\t")[2].removeprefix("refs/tags/") for line in lines}
