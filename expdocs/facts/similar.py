"""What was tried before that is like something about to be run.

First the same parameters on the same data, then what is near by Gower's distance over parameters
and data, then records that speak of it in the same words. Nothing is read or written here: runs
come in as ``Tried``, records as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from expdocs.evidence.leaks import WITHHELD
from expdocs.evidence.shapes import RunSnapshot
from expdocs.evidence.store import Evidence
from expdocs.facts.gower import Pair, Value, distance, ranges, value_of
from expdocs.facts.wording import shares
from expdocs.records.record import Record, RunUse

# Up to here one of two runs is hardly worth its time; up to WITHIN the other is worth reading.
NEAR, WITHIN = 0.1, 0.25
ENOUGH_WORDS = 0.5


class Why(StrEnum):
    """Why something is similar, the strongest reason first."""

    SAME = "same"
    NEAR = "near"
    WORDS = "words"


class Asked(NamedTuple):
    """What is about to be run: parameters as text, DVC hashes by path, words.

    ``complete`` says that these are all its parameters, so that one more is a difference. What is
    ``optional`` may serve another script than the run's, so that lacking it is none. The runs
    ``own`` and the record ``record_id`` are what is asked about, and no answer.
    """

    params: Mapping[str, str] = {}
    data: Mapping[str, str] = {}
    words: str = ""
    complete: bool = False
    optional: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    record_id: str = ""


class Tried(NamedTuple):
    """A run as far as it can be compared, with the records that list it."""

    run_id: str
    name: str
    experiment: str
    params: Mapping[str, str]
    values: Mapping[str, Value]
    data: Mapping[str, frozenset[str]]
    digests: frozenset[str]
    records: tuple[Record, ...]


class Looked(NamedTuple):
    """The runs that there are, and how many snapshots could not be read."""

    tried: tuple[Tried, ...]
    unreadable: int

    @property
    def snapshots(self) -> int:
        """All snapshots, readable or not."""
        return len(self.tried) + self.unreadable


class Differing(NamedTuple):
    """One thing that is not alike; None where one side lacks it."""

    name: str
    asked: str | None
    tried: str | None


class Similar(NamedTuple):
    """Something that was tried: a run with its records, or a record alone.

    ``unknown`` are data of which the run recorded nothing and parameters that nobody can compare;
    ``score`` is the distance, or the share of the words that the record holds.
    """

    why: Why
    score: float
    records: tuple[Record, ...]
    tried: Tried | None = None
    differing: tuple[Differing, ...] = ()
    unknown: tuple[str, ...] = ()


# --- what was tried


def look(evidence: Evidence, records: Iterable[Record]) -> Looked:
    """Read all runs that have a snapshot."""
    listing = _listing(records)
    tried: list[Tried] = []
    unreadable = 0
    for run_id in sorted(evidence.run_ids()):
        found = evidence.run(run_id)
        if isinstance(found, RunSnapshot):
            tried.append(_tried(found, listing.get(run_id, ())))
        else:
            unreadable += 1
    return Looked(tuple(tried), unreadable)


def _listing(records: Iterable[Record]) -> Mapping[str, Sequence[tuple[Record, RunUse]]]:
    found: dict[str, list[tuple[Record, RunUse]]] = {}
    for record in records:
        for use in record.runs:
            found.setdefault(use.run_id, []).append((record, use))
    return found


def _tried(run: RunSnapshot, uses: Sequence[tuple[Record, RunUse]]) -> Tried:
    return Tried(
        run.run_id,
        run.run_name,
        run.experiment_name,
        run.params,
        _values(run.params),
        _data_read(run, uses),
        frozenset(dataset.digest for dataset in run.datasets),
        tuple({record.path: record for record, _ in uses}.values()),
    )


def _data_read(
    run: RunSnapshot, uses: Sequence[tuple[Record, RunUse]]
) -> Mapping[str, frozenset[str]]:
    """Return what records say that a run read; else what it logged of all that was tracked."""
    pairs = [pair for _, use in uses for pair in declared_data(use).items()]
    digests = {dataset.digest for dataset in run.datasets}
    logged = [pair for pair in run.data.items() if pair[1].partition(":")[2] in digests]
    found: dict[str, frozenset[str]] = {}
    for path, value in pairs or logged or run.data.items():
        found[path] = found.get(path, frozenset()) | {value}
    return found


def _values(params: Mapping[str, str]) -> dict[str, Value]:
    return {name: value_of(text) for name, text in params.items() if text != WITHHELD}


def declared_data(use: RunUse) -> dict[str, str]:
    """Return path and hash of the data that a record says a run read."""
    pairs = ((entry.get("path"), entry.get("hash")) for entry in use.data)
    return {p: h for p, h in pairs if isinstance(p, str) and isinstance(h, str)}


# --- what is asked


def asked_by(record: Record, evidence: Evidence) -> list[Asked]:
    """Return what a record asks: one question for each of its runs but baselines and sweeps."""
    own = frozenset(use.run_id for use in record.runs)
    shared = Asked(words=words_of_record(record), own=own, record_id=record.id)
    found = []
    for use in record.runs:
        run = evidence.run(use.run_id)
        if isinstance(run, RunSnapshot) and not use.sweep and use.role != "baseline":
            data = declared_data(use)
            found.append(shared._replace(params=run.params, data=data, complete=True))
    return found or [shared._replace(data=_data_of(record))]


def _data_of(record: Record) -> dict[str, str]:
    entries = record.data.get("data")
    listed = tuple(e for e in entries if isinstance(e, dict)) if isinstance(entries, list) else ()
    return declared_data(RunUse("", (), data=listed))


def words_of_record(record: Record) -> str:
    """Return by which words a record is found: title, hypothesis, approach and tags."""
    hypothesis = record.data.get("hypothesis")
    question = hypothesis.get("exploratory") if isinstance(hypothesis, dict) else hypothesis
    parts = [record.text_of("title"), question, record.text_of("approach")]
    return "\n".join([*(p for p in parts if isinstance(p, str)), *record.texts_of("tags")])


# --- what is similar


def similar(
    asked: Sequence[Asked],
    tried: Sequence[Tried],
    records: Iterable[Record],
    within: float = WITHIN,
) -> list[Similar]:
    """Return what is the same, near or like in words, best first; each run and record once."""
    own = [_values(one.params) for one in asked]
    known = _spans([*own, *(one.values for one in tried)])
    best: dict[str, Similar] = {}
    for question, values in zip(asked, own, strict=True):
        for one in tried:
            found = None if one.run_id in question.own else _compared(question, values, one, known)
            if found is not None and found.score <= within:
                best[one.run_id] = min(found, best.get(one.run_id, found), key=_order)
    runs = sorted(best.values(), key=_order)
    shown = {record.path for one in runs for record in one.records}
    return [*runs, *_in_words(asked, [r for r in records if r.path not in shown])]


def _spans(rows: Sequence[Mapping[str, Value]]) -> Mapping[str, float]:
    """Return how far numbers reach, zero included: the range of a few tries says little."""
    return ranges([*rows, dict.fromkeys({name for row in rows for name in row}, 0)])


def _order(one: Similar) -> tuple[int, float, int, str, str]:
    run_id = one.tried.run_id if one.tried else ""
    path = one.records[0].path if one.records else ""
    score = -one.score if one.why is Why.WORDS else one.score
    return list(Why).index(one.why), score, len(one.unknown), path, run_id


def _compared(
    asked: Asked, values: Mapping[str, Value], tried: Tried, known: Mapping[str, float]
) -> Similar | None:
    names = values.keys() - (asked.optional - tried.values.keys())
    names |= tried.values.keys() if asked.complete else set()
    pairs = {
        name: Pair(values.get(name), tried.values.get(name), known.get(name, 0))
        for name in names
        if WITHHELD not in (asked.params.get(name), tried.params.get(name))
    }
    data = {path: _same_data(path, value, tried) for path, value in asked.data.items()}
    read = [Pair("", "" if same else None) for same in data.values() if same is not None]
    score = distance([*pairs.values(), *read])
    if score is None:
        return None
    other = [name for name, pair in sorted(pairs.items()) if pair.one != pair.other]
    differing = (
        *(Differing(name, asked.params.get(name), tried.params.get(name)) for name in other),
        *(_other_data(asked, tried, path) for path, same in data.items() if same is False),
    )
    silent = tried.values.keys() - values.keys() if asked.optional else ()
    unknown = (*sorted(silent), *(path for path, same in data.items() if same is None))
    why = Why.NEAR if differing or unknown else Why.SAME
    return Similar(why, score, tried.records, tried, differing, unknown)


def _other_data(asked: Asked, tried: Tried, path: str) -> Differing:
    return Differing(path, asked.data[path], ", ".join(sorted(tried.data.get(path, ()))) or None)


def _same_data(path: str, value: str, tried: Tried) -> bool | None:
    """Whether a run read this data; None where nothing comparable was recorded."""
    there = tried.data.get(path, frozenset())
    anywhere = {one for hashes in tried.data.values() for one in hashes}
    form, _, digest = value.partition(":")
    if value in there or (not there and value in anywhere) or digest in tried.digests:
        return True
    if not there and any(path.startswith(f"{folder}/") for folder in tried.data):
        return None  # the run recorded the hash of the whole folder
    comparable = [one for one in there or anywhere if one.partition(":")[0] == form]
    return False if comparable else None


def _in_words(asked: Sequence[Asked], records: Collection[Record]) -> list[Similar]:
    question = next((one for one in asked if one.words), None)
    if question is None:
        return []
    others = [r for r in records if not r.id or r.id != question.record_id]
    texts = [words_of_record(record) for record in others]
    found = zip(shares(question.words, texts), others, strict=True)
    enough = [Similar(Why.WORDS, s, (r,)) for s, r in found if s >= ENOUGH_WORDS]
    return sorted(enough, key=_order)
