"""A verification as text: the sum first, contradictions in full, the rest by its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from expdocs.cli.output import one_line
from expdocs.evidence.comparison import Fact
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Report, Verdicted

_KINDS = {
    "mlflow": "run",
    "git": "commit",
    "dvc": "data object",
    "model": "model",
    "report": "report",
}
_MOST_SUBJECTS = 50
_MOST_NAMES = 5


def report_lines(report: Report) -> Iterator[str]:
    """Yield the lines of a report."""
    yield from _head(report)
    contradicted = _of(report, Verdict.CONTRADICTED)
    if contradicted:
        yield from ("", "Contradicted")
        yield from _in_full(contradicted)
    for verdict in (Verdict.UNREACHABLE, Verdict.UNRECORDED):
        if grouped := _of(report, verdict):
            yield from ("", verdict.capitalize())
            yield from _by_reason(grouped)
    if report.left_out:
        yield from ("", f"{report.left_out} more are not verified; --json lists every one")


def _head(report: Report) -> Iterator[str]:
    if not report.subjects:
        yield "nothing to verify: no evidence is named or pulled"
        return
    kinds = Counter(subject.partition(":")[0] for subject in report.subjects)
    shown = [_counted(kinds[kind], name) for kind, name in _KINDS.items() if kinds[kind]]
    asked = f", tracker {report.tracker}" if report.tracker else ""
    yield f"{', '.join(shown)} held against the sources at {report.at} by {report.by}{asked}"
    yield ", ".join(f"{count} {name}" for name, count in report.counts._asdict().items())


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _of(report: Report, verdict: Verdict) -> list[Verdicted]:
    return [one for one in report.open if one.verdict is verdict]


def _in_full(contradicted: Sequence[Verdicted]) -> Iterator[str]:
    by_subject: dict[str, list[Verdicted]] = {}
    for one in contradicted:
        by_subject.setdefault(one.subject, []).append(one)
    for subject, those in list(by_subject.items())[:_MOST_SUBJECTS]:
        records = dict.fromkeys(record for one in those for record in one.records)
        cited = f", cited by {', '.join(records)}" if records else ""
        yield one_line(f"  {_named(subject)}{cited}")
        for one in those:
            yield one_line(f"    {_where(one)}: {_values(one)}{one.reason}")
    if len(by_subject) > _MOST_SUBJECTS:
        yield f"  and {len(by_subject) - _MOST_SUBJECTS} more; --json lists every one"


def _named(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return f"{_KINDS.get(kind, kind)} {name}"


def _where(one: Verdicted) -> str:
    return f"{one.edge} {one.field}"


def _values(one: Verdicted) -> str:
    if one.expected is None and one.found is None:
        return ""
    return f"{_shown(one.expected)} is now {_shown(one.found)}: "


def _shown(value: Fact | None) -> str:
    if value is None or value == "":
        return "nothing"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _by_reason(those: Iterable[Verdicted]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[Verdicted]] = {}
    for one in those:
        groups.setdefault((one.edge, one.reason), []).append(one)
    for (edge, reason), group in groups.items():
        fields = _few(one.field for one in group)
        yield one_line(f"  {edge} {fields}: {reason}")
        yield one_line(f"    {_few(_named(one.subject) for one in group)}")


def _few(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - _MOST_NAMES} more" if len(unique) > _MOST_NAMES else ""
    return ", ".join(unique[:_MOST_NAMES]) + more
