"""A run as it was pulled against the run as the tracker holds it now, fact by fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from expdocs.evidence.comparison import Difference, Fact, compared, same
from expdocs.evidence.leaks import WITHHELD
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Verdicted

EDGE = "tracker"
_SNAPSHOT = "snapshot"
UNFINISHED = frozenset({"RUNNING", "SCHEDULED"})
WENT_ON = "the run had not ended when it was pulled, and went on: pull it again"

# What a run ought to record of itself at its start; without it nobody can say what ran.
_WANTED = ("commit", "code_tree", "dirty")
# What is written when a run starts or ends: it cannot honestly appear on a run later.
_OF_THE_START = ("attributes.", "commit", "code_tree", "dirty", "data.")
_GROWING = ("attributes.status", "attributes.end_time", "metrics.")
_EDITED = "{} was changed in the tracker after the run was pulled"
_CHANGED = {
    "metrics": _EDITED.format("the metric"),
    "params": _EDITED.format("the parameter"),
    "tags": _EDITED.format("the tag"),
    "data": "the tag expdocs.data, written when the run started, was replaced",
    "code_tree": "the tag expdocs.code_tree, written when the run started, was replaced",
    "code_tree_without": "a tag of expdocs, written when the run started, was replaced",
    "dirty": "the tag expdocs.dirty, written when the run started, was replaced",
    "datasets": _EDITED.format("what the run logged as its input"),
    "models": _EDITED.format("what the run logged as its models"),
    "attributes.experiment_name": "the experiment was renamed, or the run is of another one",
    "attributes.run_name": "the run was renamed",
    "attributes.status": "the status was changed after the run had ended",
}


def run_subject(run_id: str) -> str:
    """Return how verdicts name a run."""
    return f"mlflow:{run_id}"


def gone(run: RunSnapshot) -> Verdicted:
    """Return the verdict on a run that the tracker no longer holds."""
    reason = "the tracker no longer has the run: deleted for good; its snapshot is what is left"
    return _verdicted(run, "attributes.run_id", Verdict.CONTRADICTED, reason, run.run_id)


def unasked(run: RunSnapshot, reason: str) -> Verdicted:
    """Return the verdict on a run about which the tracker could not be asked."""
    return _verdicted(run, "attributes.run_id", Verdict.UNREACHABLE, reason, run.run_id)


def without_snapshot(subject: str, found: BrokenSnapshot | None) -> Verdicted:
    """Return the verdict on what has no snapshot, or one that cannot be relied on."""
    if found is None:
        reason = "there is no snapshot of it: run expdocs evidence pull"
        return Verdicted(subject, _SNAPSHOT, "sha256", Verdict.UNRECORDED, reason)
    reason = f"the document cannot be relied on: {found.message}; {found.hint}"
    return Verdicted(subject, _SNAPSHOT, "sha256", Verdict.CONTRADICTED, reason)


def drift(kept: RunSnapshot, live: RunSnapshot) -> Iterator[Verdicted]:
    """Yield a verdict on every fact of a run; the equal steps of a history are one fact."""
    steps: Counter[str] = Counter()
    for one in compared(kept, live):
        metric, of_step, _ = one.key.rpartition("@step=")
        if of_step and same(one.old, one.new):
            steps[metric] += 1
        else:
            yield _judged(one, kept, live)
    for metric, count in sorted(steps.items()):
        yield _verdicted(kept, f"{metric}@steps", Verdict.VERIFIED, "", count, count)
    for key in _WANTED:
        if getattr(kept, key) is None and getattr(live, key) is None:
            yield _verdicted(kept, key, Verdict.UNRECORDED, "the run never recorded it")


def _judged(one: Difference, kept: RunSnapshot, live: RunSnapshot) -> Verdicted:
    if same(one.old, one.new):
        verdict, reason = Verdict.VERIFIED, ""
    elif WITHHELD in (one.old, one.new):
        verdict, reason = Verdict.UNRECORDED, "the configuration withholds the value"
        one = one._replace(new=WITHHELD)
    elif one.old is None and _may_come_later(one.key):
        verdict = Verdict.UNRECORDED
        reason = "added in the tracker after the run was pulled: the snapshot never held it"
    else:
        verdict, reason = Verdict.CONTRADICTED, _why(one, kept, live)
    return _verdicted(kept, one.key, verdict, reason, one.old, one.new)


def _may_come_later(key: str) -> bool:
    """Whether logging it on an ended run is honest: a new metric, no step of a known one."""
    return not key.startswith(_OF_THE_START) and "@step=" not in key


def _why(one: Difference, kept: RunSnapshot, live: RunSnapshot) -> str:
    if one.key == "attributes.lifecycle_stage":
        return _life(str(one.new))
    if kept.status in UNFINISHED and one.key.startswith(_GROWING):
        return WENT_ON
    if one.key == "commit" and one.old is not None:
        return _commit(kept, live)
    if one.old is None and not one.key.startswith("metrics."):
        return "added in the tracker after the run had started, when it should have been written"
    if one.new is None:
        return "removed in the tracker after the run was pulled"
    family = one.key if one.key in _CHANGED else one.key.partition(".")[0]
    return _CHANGED.get(family, _EDITED.format(one.key.removeprefix("attributes.")))


def _life(now: str) -> str:
    if now == "deleted":
        return "the run was deleted in the tracker; until `mlflow gc` it can be restored there"
    return "the run was restored in the tracker after it was pulled"


def _commit(kept: RunSnapshot, live: RunSnapshot) -> str:
    replaced = "the commit tag was replaced after the run was pulled"
    if kept.code_tree and kept.code_tree == live.code_tree:
        return f"{replaced}; the code tree, which says what ran, is still the same"
    return f"{replaced}; no code tree says what ran"


def _verdicted(
    run: RunSnapshot,
    field: str,
    verdict: Verdict,
    reason: str,
    expected: Fact | None = None,
    found: Fact | None = None,
) -> Verdicted:
    return Verdicted(run_subject(run.run_id), EDGE, field, verdict, reason, expected, found)
