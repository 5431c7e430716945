"""M1 to M4: the commit, the code, the environment and the command of a run."""

from __future__ import annotations

import hashlib

from expdocs.evidence.codeedge import code_edge
from expdocs.evidence.edges import Verdict as EdgeVerdict
from expdocs.evidence.leftout import parse_left_out
from expdocs.evidence.neighbours import Unread
from expdocs.evidence.sources import changed_files, files_that_ran, head_of
from expdocs.narrative.dossier.answers import FAILED, PASSED, UNKNOWN, Answer
from expdocs.narrative.dossier.case import Case
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.recorded import (
    REDACTED,
    Lock,
    command_of,
    image_of,
    lock_of,
)
from expdocs.objects import FULL_SHA


def commit(case: Case, ground: Ground) -> Answer:
    """M1: whether the full commit exists and a protected branch holds it."""
    named = case.use.commit
    if not named:
        return Answer(UNKNOWN, "neither the record nor the run names a commit")
    if not FULL_SHA.match(named.rpartition("@")[2]):
        return Answer(FAILED, "the commit is not named in full", (named,))
    found = ground.branches.standing(named)
    verdict = {True: PASSED, False: FAILED, None: UNKNOWN}[found.held]
    return Answer(verdict, found.reason, (named,))


def code(case: Case, ground: Ground) -> Answer:
    """M2: whether the commit is the code that ran, or what was changed is hashed."""
    if case.run is None:
        return _nothing_recorded(case)
    edge = code_edge(case.use, case.run, ground.commits)
    evidence = (case.use.commit, case.snapshot) if case.use.commit else (case.snapshot,)
    if edge.verdict is EdgeVerdict.VERIFIED:
        return Answer(PASSED, edge.reason, evidence)
    if changes(case, ground) is not None:
        reason = "uncommitted sources ran; each is recorded by its hash, and a digest proves it"
        return Answer(PASSED, reason, evidence)
    failed = edge.verdict is EdgeVerdict.CONTRADICTED
    return Answer(FAILED if failed else UNKNOWN, edge.reason, evidence)


def changes(case: Case, ground: Ground) -> dict[str, str] | None:
    """Return the uncommitted sources that ran, by path with their blobs; None without a proof.

    A file that was deleted has no blob. The commit is the one that was checked out then.
    """
    run = case.run
    there, sha = ground.commits.of(case.use.commit)
    if run is None or not run.dirty or isinstance(there, Unread) or head_of(run) != sha:
        return None
    roots = parse_left_out(frozenset(run.code_tree_without)).roots
    head, changed = there.source_files(sha, roots), changed_files(run)
    if head is None or not changed or files_that_ran(run, head) is None:
        return None
    return dict(changed)


def environment(case: Case, ground: Ground) -> Answer:
    """M3: whether the commit holds the lock file that the run found, or an image is named."""
    if case.run is None:
        return _nothing_recorded(case)
    if image := image_of(case.run):
        return Answer(PASSED, f"the image is named with its digest: {image}", (case.snapshot,))
    lock = lock_of(case.run)
    if lock is not None:
        return _locked(case, lock, ground)
    if "expdocs.environment" in case.run.tags:
        reason = "no lock file was there; a digest tells environments apart and restores none"
        return Answer(FAILED, reason, (case.snapshot,))
    return Answer(UNKNOWN, "the run recorded no environment", (case.snapshot,))


def _locked(case: Case, lock: Lock, ground: Ground) -> Answer:
    there, sha = ground.commits.of(case.use.commit)
    evidence = (case.use.commit, case.snapshot)
    if isinstance(there, Unread):
        return Answer(UNKNOWN, there.reason, evidence)
    if there.commit(sha) is None:
        return Answer(UNKNOWN, f"{lock.path} cannot be read: the commit is not here", evidence)
    content = there.file(sha, lock.path)
    if content is None:
        return Answer(FAILED, f"the commit does not hold {lock.path}", evidence)
    if hashlib.sha256(content).hexdigest() != lock.digest:
        return Answer(FAILED, f"the commit holds another {lock.path} than the run found", evidence)
    return Answer(PASSED, f"the commit holds {lock.path} as the run found it", evidence)


def command(case: Case, ground: Ground) -> Answer:  # noqa: ARG001 - checks are asked alike
    """M4: whether the command that started the run is known."""
    if case.run is None:
        return _nothing_recorded(case)
    found = command_of(case.run)
    if found.problem:
        known = "expdocs.command" in case.run.tags
        return Answer(FAILED if known else UNKNOWN, found.problem, (case.snapshot,))
    reason = "the command line was recorded"
    if any(REDACTED in one for one in found.arguments):
        reason = "the command line was recorded, without a value that may be secret"
    return Answer(PASSED, reason, (case.snapshot,))


def _nothing_recorded(case: Case) -> Answer:
    return Answer(UNKNOWN, case.problem)
