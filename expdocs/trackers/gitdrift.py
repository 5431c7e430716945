"""Commits as they were pulled against the commits and references that git holds now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from expdocs.evidence.commits import Commits
from expdocs.evidence.snapshots import CommitSnapshot
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Verdicted
from expdocs.history import TAG_PREFIX
from expdocs.repository import Repository

EDGE = "git"

_GONE = (
    "the commit is not in this clone, which is complete: its branch was rewritten or deleted, or"
    " it was never pushed; its snapshot is what is left"
)
_NOT_HERE = "the commit is not in this clone, which is shallow or partial: fetch the whole history"
_REWRITTEN = (
    "history was rewritten: no branch or tag holds the commit any longer, so git will drop it"
)
_TREES = {"tree": "tree", "code_tree": "code tree", "time": "time"}


class References(NamedTuple):
    """What git's references say of some commits.

    ``dangling`` are those that no branch and no tag but our own holds, ``kept`` maps our own tags
    to commits, ``replaced`` are those for which git shows another object.
    """

    dangling: frozenset[str]
    kept: dict[str, str]
    replaced: frozenset[str]


def commit_subject(sha: str) -> str:
    """Return how verdicts name a commit."""
    return f"git:{sha}"


def references_of(repository: Repository, shas: Collection[str]) -> References:
    """Ask git, with three processes for any number of commits that it has."""
    tags = _listed(repository, f"refs/tags/{TAG_PREFIX}", "%(refname:lstrip=2) %(objectname)")
    replaced = _listed(repository, "refs/replace/", "%(refname:lstrip=2) -")
    kept = dict(line.split(" ", 1) for line in tags)
    return References(
        _dangling(repository, shas), kept, frozenset(line.split(" ")[0] for line in replaced)
    )


def _listed(repository: Repository, under: str, form: str) -> list[str]:
    answer = repository.run("for-each-ref", f"--format={form}", under)
    return answer.decode("utf-8", "replace").splitlines()


def _dangling(repository: Repository, shas: Collection[str]) -> frozenset[str]:
    if not shas:
        return frozenset()
    others = ["--not", f"--exclude={TAG_PREFIX}*", "--tags", "--branches", "--remotes"]
    head = [sha] if (sha := repository.resolve("HEAD")) else []
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    answer = repository.run("rev-list", "--ignore-missing", "--stdin", *others, *head, stdin=asked)
    return frozenset(answer.decode().split()) & frozenset(shas)


def commit_drift(
    kept: CommitSnapshot, commits: Commits, references: References, *, incomplete: bool
) -> Iterator[Verdicted]:
    """Yield a verdict on everything that a commit's snapshot says; ``commits`` reads git alone."""
    subject = commit_subject(kept.sha)
    yield from _tag(kept.sha, references)
    if kept.sha in references.replaced:
        reason = "refs/replace shows git's own commands another commit; expdocs reads the real one"
        yield Verdicted(subject, EDGE, "replaced", Verdict.CONTRADICTED, reason, "", kept.sha)
    if commits.commit(kept.sha) is None:
        reason = _NOT_HERE if incomplete else _GONE
        yield Verdicted(subject, EDGE, "commit", Verdict.UNREACHABLE, reason, kept.sha)
        return
    yield _reachable(kept.sha, references, incomplete=incomplete)
    yield from _contents(kept, commits)


def _tag(sha: str, references: References) -> Iterator[Verdicted]:
    name = f"{TAG_PREFIX}{sha[:12]}"
    now = references.kept.get(name)
    if now is not None:
        verdict = Verdict.VERIFIED if now == sha else Verdict.CONTRADICTED
        reason = "" if now == sha else f"the tag {name}, which kept the commit, was moved"
        yield Verdicted(commit_subject(sha), EDGE, f"tags.{name}", verdict, reason, sha, now)


def _reachable(sha: str, references: References, *, incomplete: bool) -> Verdicted:
    name = f"{TAG_PREFIX}{sha[:12]}"
    verdict, reason, found = Verdict.VERIFIED, "", "a branch or a tag"
    if sha in references.dangling:
        if references.kept.get(name) == sha:
            found, reason = name, "no branch holds the commit any longer; its tag keeps it"
        elif incomplete:
            verdict, found, reason = Verdict.UNREACHABLE, "", _NOT_HERE
        else:
            verdict, found = Verdict.CONTRADICTED, "none"
            reason = f"{_REWRITTEN}; keep it: git tag {name} {sha}"
    subject = commit_subject(sha)
    return Verdicted(subject, EDGE, "reachable", verdict, reason, "a branch or a tag", found)


def _contents(kept: CommitSnapshot, commits: Commits) -> Iterator[Verdicted]:
    commit = commits.commit(kept.sha)
    left_out = frozenset(kept.code_tree_without)
    now = {
        "tree": commit.tree if commit else None,
        "code_tree": commits.code_tree(kept.sha, left_out) if kept.code_tree else None,
        "time": commit.time if commit else None,
    }
    for field, what in _TREES.items():
        said = getattr(kept, field)
        if said:
            yield _compared(kept.sha, field, said, now[field], f"the commit's {what}")
    for path, said in kept.data.items():
        found = commits.data_hash(kept.sha, path)
        yield _compared(kept.sha, f"data.{path}", said, found, f"the hash of {path}")


def _compared(sha: str, field: str, said: str, now: str | None, what: str) -> Verdicted:
    if now == said:
        verdict, reason = Verdict.VERIFIED, ""
    elif now is None:
        verdict = Verdict.UNREACHABLE
        reason = f"{what} cannot be read here: objects are missing from this clone or DVC's cache"
    else:
        verdict = Verdict.CONTRADICTED
        reason = f"{what} is not what the snapshot says: restore the snapshot from git"
    return Verdicted(commit_subject(sha), EDGE, field, verdict, reason, said, now)
