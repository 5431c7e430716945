"""What evidence fills into a new experiment: runs, metric, commit and data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from expdocs.edit.scaffold import labelled
from expdocs.evidence.commits import Commits
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.repository import Repository

RECENT_COMMITS = 500
MAX_DATA = 8
_LESS_IS_BETTER = ("loss", "error", "mae", "mse", "rmse", "mape", "perplexity", "latency", "wer")


class Chosen(NamedTuple):
    """A run that a new record lists, with its role, and a label and a group where they are known.

    Without a label it gets one that is made of its name.
    """

    snapshot: RunSnapshot
    role: str
    label: str = ""
    group: str = ""


def fields_of(
    chosen: Sequence[Chosen], metric: str, commits: Commits, repository: Repository
) -> dict[str, Any]:
    """Return ``runs``, ``metric``, ``commit`` and ``data`` as far as the snapshots tell them."""
    snapshots = [one.snapshot for one in chosen]
    shas = [_commit_of(snapshot, commits, repository) for snapshot in snapshots]
    shared = Counter(sha for sha in shas if sha).most_common(1)
    commit = shared[0][0] if shared else ""
    data = [_data_of(s, sha or commit, commits) for s, sha in zip(snapshots, shas, strict=True)]
    common = next((entries for entries in data if entries), [])
    runs = [
        _run_entry(one, label, sha if sha != commit else "", mine if mine != common else [])
        for one, label, sha, mine in zip(chosen, _labels(chosen), shas, data, strict=True)
    ]
    return {
        "metric": _metric(snapshots, metric),
        "runs": runs,
        "commit": commit,
        "data": common,
    }


def _labels(chosen: Sequence[Chosen]) -> list[str]:
    given = {one.label for one in chosen if one.label}
    made = iter(labelled([one.snapshot.run_name for one in chosen if not one.label], given))
    return [one.label or next(made) for one in chosen]


def _run_entry(
    one: Chosen, label: str, commit: str, data: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    key = "parent" if one.role == "sweep" else "id"
    entry: dict[str, Any] = {key: one.snapshot.run_id, "as": label, "role": one.role}
    if one.group:
        entry["group"] = one.group
    if commit:
        entry["commit"] = commit
    if data:
        entry["data"] = list(data)
    return entry


def _commit_of(run: RunSnapshot, commits: Commits, repository: Repository) -> str:
    """Return the commit that holds the code that ran, or the tagged one, or an empty string.

    Of several, the first with the data that the run recorded: files of DVC are no code.
    """
    if not run.code_tree:
        return run.commit or ""
    left_out = frozenset(run.code_tree_without)
    tagged = [sha for sha in (run.tags.get("expdocs.commit"), run.commit) if sha]
    candidates = dict.fromkeys([*tagged, *_recent(repository)])
    same = [sha for sha in candidates if commits.code_tree(sha, left_out) == run.code_tree]
    with_data = (sha for sha in same if _has_data(run, sha, commits))
    return next(with_data, same[0] if same else "")


def _has_data(run: RunSnapshot, sha: str, commits: Commits) -> bool:
    tracked = commits.data_hashes(sha) if run.data else {}
    return tracked is not None and all(tracked.get(p, h) == h for p, h in run.data.items())


def _recent(repository: Repository) -> Iterable[str]:
    if repository.resolve("HEAD") is None:
        return []
    limit = f"--max-count={RECENT_COMMITS}"
    # DVC keeps a commit of each experiment under refs of its own, which nobody else gets.
    kept = ("--exclude=refs/exps/*", "--exclude=refs/stash")
    return repository.run("rev-list", limit, *kept, "--all", "HEAD").decode().split()


def _data_of(run: RunSnapshot, commit: str, commits: Commits) -> list[dict[str, str]]:
    """Return the data that a run recorded; what it logged as a dataset says which it used."""
    digests = {dataset.digest for dataset in run.datasets}
    used = {p: h for p, h in run.data.items() if h.partition(":")[2] in digests}
    if not used and commit:
        tracked = commits.data_hashes(commit) or {}
        used = {path: h for path, h in run.data.items() if tracked.get(path) == h}
    found = [{"path": path, "hash": value} for path, value in sorted(used.items())]
    return found[:MAX_DATA]


def _metric(snapshots: Sequence[RunSnapshot], name: str) -> dict[str, Any]:
    shared = set.intersection(*(set(s.metrics) for s in snapshots)) if snapshots else set()
    if not name and len(shared) == 1:
        name = next(iter(shared))
    if not name:
        return {}
    return {"name": name, "goal": goal_of_name(name), "effect": None}


def goal_of_name(name: str) -> str:
    """Guess from a metric's name whether less of it is better."""
    words = name.lower().replace("/", "_").replace("-", "_").replace(" ", "_").split("_")
    return "minimize" if any(word in _LESS_IS_BETTER for word in words) else "maximize"
