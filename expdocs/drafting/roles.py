"""Which part each run plays, told by its name, its tags and what the author says of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from expdocs.drafting.words import Words
from expdocs.edit.evidenced import Chosen
from expdocs.edit.scaffold import labelled
from expdocs.evidence.snapshots import RunSnapshot

CANDIDATE = "candidate"
_ORDER = ("baseline", CANDIDATE, "ablation", "final", "sweep")
_BY_NAME = {
    role: re.compile(rf"(?<![a-z]){role}(?![a-z])", re.I) for role in _ORDER if role != CANDIDATE
}
_TAG = "expdocs.role"
_SEED = re.compile(r"(?:^|[._/-])(?:seed|random_state|random_seed|rng)(?:$|[._/-])", re.I)
_NUMBERED = re.compile(r"[\W_]*(?:seed|run|trial)?[\W_]*[0-9]*$", re.I)
# How far from the word "baseline" a run's name may stand, and what parts the two.
_REACH = 25
_PARTING = re.compile(r"[;,.)!?\n]")


class Named(NamedTuple):
    """A run that an author named: its snapshot, and role and label where they were given."""

    snapshot: RunSnapshot
    role: str = ""
    label: str = ""


def chosen_runs(runs: Sequence[Named], text: str, words: Words) -> list[Chosen]:
    """Return runs with roles and groups of repeated seeds, baselines first."""
    said = _said_baselines([one.snapshot for one in runs], text, words)
    known = [Chosen(one.snapshot, one.role or _role(one.snapshot, said), one.label) for one in runs]
    groups = _groups(known)
    known = [one._replace(group=groups.get(one.snapshot.run_id, "")) for one in known]
    return sorted(known, key=lambda one: (_ORDER.index(one.role), one.snapshot.start_time or ""))


def _role(run: RunSnapshot, said: set[str]) -> str:
    tagged = run.tags.get(_TAG, "")
    if tagged in _ORDER and tagged != "sweep":
        return tagged
    if run.run_id in said:
        return "baseline"
    named = (role for role, form in _BY_NAME.items() if form.search(run.run_name))
    return next((role for role in named if role != "sweep"), CANDIDATE)


# --- baselines that the author speaks of


def _said_baselines(runs: Sequence[RunSnapshot], text: str, words: Words) -> set[str]:
    """Return the runs whose names stand next to the word for a baseline."""
    by_name: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        for name in {run.run_name, stem(run.run_name)} - {""}:
            by_name[name.casefold()].add(run.run_id)
    if not by_name:
        return set()
    listed = sorted(map(re.escape, by_name), key=len, reverse=True)
    naming = re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)", re.I)
    nearest = (_nearest(text, cue.span(), naming) for cue in words.baseline.finditer(text))
    return {run_id for name in nearest if name for run_id in by_name[name.casefold()]}


def _nearest(text: str, cue: tuple[int, int], naming: re.Pattern[str]) -> str:
    found: list[tuple[int, int, str]] = []
    for match in naming.finditer(text, max(cue[0] - 2 * _REACH, 0), cue[1] + 2 * _REACH):
        after = match.start() >= cue[1]
        gap = text[cue[1] : match.start()] if after else text[match.end() : cue[0]]
        if (after or match.end() <= cue[0]) and len(gap) <= _REACH and not _PARTING.search(gap):
            found.append((len(gap), not after, match[0]))
    return min(found)[2] if found else ""


def stem(name: str) -> str:
    """Return a run's name without the number that tells it from its repetitions."""
    return _NUMBERED.sub("", name)


# --- repeated seeds


def _groups(runs: Sequence[Chosen]) -> Mapping[str, str]:
    """Return the group of each run that was repeated with nothing but another seed."""
    alike: dict[tuple[object, ...], list[RunSnapshot]] = defaultdict(list)
    for one in runs:
        if one.role != "sweep":
            alike[(one.role, *_but_the_seed(one.snapshot))].append(one.snapshot)
    taken = {one.label for one in runs if one.label}
    taken |= set(labelled([one.snapshot.run_name for one in runs if not one.label], taken))
    repeated = [members for members in alike.values() if _seeds_differ(members)]
    names = labelled([f"{stem(one[0].run_name)[:22]}-seeds" for one in repeated], taken)
    return {
        run.run_id: name for name, members in zip(names, repeated, strict=True) for run in members
    }


def _but_the_seed(run: RunSnapshot) -> Iterator[object]:
    yield frozenset((n, v) for n, v in run.params.items() if not _SEED.search(n))
    yield run.code_tree or run.commit
    yield frozenset(run.data.items())
    yield stem(run.run_name) if not run.params else ""


def _seeds_differ(members: Sequence[RunSnapshot]) -> bool:
    seeds = [frozenset((n, v) for n, v in m.params.items() if _SEED.search(n)) for m in members]
    return len(members) > 1 and all(seeds) and len(set(seeds)) == len(seeds)
