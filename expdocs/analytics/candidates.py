"""What could be tried next: recorded next steps, options put off, and what the history lacks."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from expdocs.analytics.ablation import Levels, levels
from expdocs.analytics.best import best_of
from expdocs.analytics.exhaustion import Line, State
from expdocs.analytics.history import History
from expdocs.analytics.missing import Missing, MissingBaseline
from expdocs.analytics.paired import ALPHA, rivalries, shared_seeds
from expdocs.analytics.trial import ABLATION, FINAL, Series, Trial
from expdocs.facts.outcome import INCONCLUSIVE, outcome_of
from expdocs.records.links import declared_links
from expdocs.records.record import Record

_FOLLOWS = "follows"
_LONGEST_NAME = 100


class Sort(StrEnum):
    """Where a candidate comes from."""

    BASELINE = "baseline"
    SEEDS = "seeds"
    LEVEL = "level"
    STEP = "step"
    OPTION = "option"


class Candidate(NamedTuple):
    """An experiment that could be next.

    ``record_id`` is the record that it comes from, ``name`` what distinguishes it there: an arm, a
    parameter, the number of an option. ``runs`` is how many runs it takes at least. ``series`` is
    None where no result says at which metric.
    """

    sort: Sort
    project: str
    approach: str
    record_id: str
    name: str = ""
    runs: int = 1
    series: Series | None = None
    level: float | None = None

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        parts = (str(self.sort), self.record_id, self.name)
        return "/".join(part for part in parts if part)


def candidates(
    history: History,
    lines: Sequence[Line],
    missing: Iterable[MissingBaseline],
    with_steps: Collection[str],
) -> tuple[Candidate, ...]:
    """Return what could be tried next on open lines; the records ``with_steps`` name next steps.

    What a later record says that it follows was taken up there; see ``taken_up``.
    """
    open_lines = {(one.project, one.approach): one for one in lines if one.state is State.OPEN}
    followed = taken_up(history)
    found = [
        *_seeds(history, open_lines),
        *_levels(history, open_lines),
        *_steps(open_lines.values(), with_steps),
    ]
    going = [one for one in found if one.record_id not in followed]
    general = [*_baselines(missing, open_lines), *_options(history, open_lines, lines)]
    return tuple(dict.fromkeys((*general, *going)))


_Lines = Mapping[tuple[str, str], Line]


def _series(line: Line | None) -> Series | None:
    return line.streaks[0].series if line is not None and line.streaks else None


def _baselines(missing: Iterable[MissingBaseline], lines: _Lines) -> Iterator[Candidate]:
    for one in missing:
        line = lines.get((one.project, one.approach))
        if one.sort is Missing.TRIVIAL or line is not None:
            name = "trivial" if one.sort is Missing.TRIVIAL else ""
            record = one.record_ids[-1]
            series = _series(line)
            yield Candidate(
                Sort.BASELINE, one.project, one.approach, record, name=name, series=series
            )


def seeds_needed() -> int:
    """Return how many shared seeds can tell a gain at all, see ``paired``."""
    return math.ceil(math.log2(1 / ALPHA))


def _seeds(history: History, lines: _Lines) -> Iterator[Candidate]:
    """Yield of each record the best arm, where too few seeds tell whether its gain is luck.

    Where an interval over repeated runs decided the hypothesis, no more seeds are needed.
    """
    settled = {one.id for one in history.experiments if _is_settled(one, history)}
    for record, pairs in rivalries(history.standing).items():
        tested = [(one, other) for one, other in pairs if other.role not in (ABLATION, FINAL)]
        if tested and record not in settled:
            best = best_of([trial for _, trial in tested]).trial
            shared = max(len(shared_seeds(one, best)) for one, other in tested if other == best)
            if shared < seeds_needed() and _line_of(best) in lines:
                yield Candidate(
                    *(Sort.SEEDS, best.project, best.approach, best.record_id, best.name),
                    runs=seeds_needed() - shared,
                    series=best.series,
                )


def _is_settled(record: Record, history: History) -> bool:
    found = outcome_of(record, history.facts)
    return found is not None and found.measured and found.name != INCONCLUSIVE


def _levels(history: History, lines: _Lines) -> Iterator[Candidate]:
    for one in levels(history.standing):
        trial = one.best[1]
        untested = one.untested if len(one.name) <= _LONGEST_NAME else None
        if untested is not None and _line_of(trial) in lines:
            yield _level(one, trial, untested)


def _level(factor: Levels, trial: Trial, untested: float) -> Candidate:
    return Candidate(
        *(Sort.LEVEL, trial.project, trial.approach, trial.record_id, factor.name),
        series=trial.series,
        level=untested,
    )


def _line_of(trial: Trial) -> tuple[str, str]:
    return trial.project, trial.approach


def taken_up(history: History) -> Mapping[str, str]:
    """Return the records that later ones say they follow, with the first that does."""
    found: dict[str, str] = {}
    for record in history.records:
        for link in declared_links(record):
            if link.type == _FOLLOWS:
                found.setdefault(link.target, record.id)
    return found


def _steps(lines: Iterable[Line], with_steps: Collection[str]) -> Iterator[Candidate]:
    for line in lines:
        record = line.grounds[-1] if line.grounds else ""
        if record in with_steps:
            yield Candidate(Sort.STEP, line.project, line.approach, record, series=_series(line))


def _options(history: History, lines: _Lines, known: Sequence[Line]) -> Iterator[Candidate]:
    """Yield options that decisions put off, but for those whose lines were closed since."""
    by_record = {id_: one for one in known for id_ in one.record_ids}
    for record in history.records:
        if record.status == "accepted":
            for number, experiments in _deferred(record):
                on = [by_record[one] for one in experiments if one in by_record]
                line = next((one for one in on if (one.project, one.approach) in lines), None)
                if line is not None or not on:
                    yield Candidate(
                        *(Sort.OPTION, record.text_of("project")),
                        *(line.approach if line else "", record.id, str(number)),
                        series=_series(line),
                    )


def _deferred(record: Record) -> Iterator[tuple[int, Sequence[str]]]:
    listed = record.data.get("options")
    for number, entry in enumerate(listed if isinstance(listed, list) else [], 1):
        if isinstance(entry, dict) and entry.get("outcome") == "deferred":
            named = entry.get("experiments")
            listed_ids = named if isinstance(named, list) else []
            yield number, [one for one in listed_ids if isinstance(one, str)]
