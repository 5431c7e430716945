"""Data by how they come about: cited from a run, computed by a citation, derived by a method."""

from collections.abc import Iterable
from decimal import Decimal

from expdocs.analytics.datum import Datum, Value
from expdocs.facts.citations import Evidenced, Facts
from expdocs.facts.tables import goal_of
from expdocs.prose.numbers import show
from expdocs.prose.references import (
    Delta,
    Group,
    Ratio,
    RunRef,
    ValueOf,
    encode,
    format_field,
    format_reference,
)
from expdocs.records.record import Record

_FORMULAS = {"delta": "b - a", "ratio": "b / a"}
_BRACES = str.maketrans({"{": "%7B", "}": "%7D"})


def datum_of(record: Record, reference: Evidenced, facts: Facts, meaning: str = "") -> Datum:
    """Return the datum of a citation by a record; raises ``Unresolved``.

    Its id is the citation as any other record would write it.
    """
    placed = _placed(reference, record)
    change = isinstance(placed, Delta)
    value = facts.resolve(record, placed).value
    formula, operands = _made_of(record, placed, facts)
    counted = isinstance(placed, Group) and placed.statistic == "count"
    return Datum(
        id=cited_as(placed),
        meaning=meaning or _meaning(placed),
        value=value,
        shown=shown(value, signed=change),
        records=_records(record, placed),
        unit="runs" if counted else "",
        formula=formula,
        operands=operands,
        goal=goal_of(record, placed.field.name) if change and placed.field else "",
    )


def cited_as(reference: Evidenced) -> str:
    """Return a citation as an id; braces would end the placeholder that it stands in."""
    return format_reference(reference).translate(_BRACES)


def derived(
    method: str,
    subject: str,
    value: Value,
    meaning: str,
    *,
    formula: str,
    operands: Iterable[str] = (),
    records: Iterable[str] = (),
    unit: str = "",
    source: str = "",
    goal: str = "",
    signed: bool = False,
) -> Datum:
    """Return the datum of a computed value; ``source`` is where its method is described."""
    return Datum(
        id=derived_id(method, subject),
        meaning=meaning,
        value=value,
        shown=shown(value, signed=signed),
        records=tuple(dict.fromkeys(records)),
        unit=unit,
        formula=formula,
        operands=tuple(dict.fromkeys(operands)),
        method=source,
        goal=goal,
    )


def derived_id(method: str, subject: str) -> str:
    """Return the id of what a method computes about a subject, which may end in ``#FIELD``.

    ``@GOAL`` stays, too: no name of a project, an approach or a metric holds ``#`` or ``@``.
    """
    about = "#".join(encode(part).replace("%40", "@") for part in subject.split("#"))
    return f"{method}:{about}".translate(_BRACES)


def shown(value: Value, *, signed: bool = False) -> str:
    """Return how a page writes a value, without its unit."""
    if isinstance(value, str):
        return value
    return show(value if isinstance(value, Decimal | int) else float(value), signed=signed)


def _refs(reference: Evidenced) -> tuple[RunRef, ...]:
    if isinstance(reference, ValueOf):
        return (reference.ref,)
    return (reference.group,) if isinstance(reference, Group) else (reference.a, reference.b)


def _placed(reference: Evidenced, record: Record) -> Evidenced:
    """Return the reference with the record in front of every label."""
    refs = [
        ref._replace(record=ref.record or record.id or None) if ref.label else ref
        for ref in _refs(reference)
    ]
    if isinstance(reference, ValueOf):
        return reference._replace(ref=refs[0])
    if isinstance(reference, Group):
        return reference._replace(group=refs[0])
    return reference._replace(a=refs[0], b=refs[1])


def _records(record: Record, reference: Evidenced) -> tuple[str, ...]:
    named = (ref.record or record.id for ref in _refs(reference))
    return tuple(dict.fromkeys(named))


def _made_of(record: Record, reference: Evidenced, facts: Facts) -> tuple[str, tuple[str, ...]]:
    if isinstance(reference, ValueOf):
        return "", ()
    if isinstance(reference, Delta | Ratio):
        sides = (_side(record, ref, reference, facts) for ref in (reference.a, reference.b))
        return _FORMULAS[reference.scheme], tuple(sides)
    return f"{reference.statistic} over runs", _members(record, reference, facts)


def _side(record: Record, ref: RunRef, pair: Delta | Ratio, facts: Facts) -> str:
    """Return the citation of one side of a comparison: a run's value, or the mean of a group."""
    owner = _owner(record, ref, facts)
    grouped = ref.label not in owner.labels and ref.label in owner.groups
    return cited_as(Group("mean", ref, pair.field) if grouped else ValueOf(ref, pair.field))


def _members(record: Record, reference: Group, facts: Facts) -> tuple[str, ...]:
    owner = _owner(record, reference.group, facts)
    uses = owner.groups.get(reference.group.label or "", ())
    if reference.field is None:
        return ()
    refs = (RunRef(label=use.label, record=owner.id) for use in uses if use.label)
    return tuple(cited_as(ValueOf(ref, reference.field)) for ref in refs)


def _owner(record: Record, ref: RunRef, facts: Facts) -> Record:
    return (facts.index.record(ref.record) if ref.record else None) or record


def _meaning(reference: Evidenced) -> str:
    names = [ref.label or (ref.run_id or "")[:12] for ref in _refs(reference)]
    field = format_field(reference.field) if reference.field else ""
    if isinstance(reference, ValueOf):
        return f"{field} of {names[0]}"
    if isinstance(reference, Group):
        what = "number of runs" if reference.statistic == "count" else reference.statistic
        return f"{what}{f' of {field}' if field else ''} over {names[0]}"
    how = "minus" if isinstance(reference, Delta) else "over"
    return f"{field} of {names[1]} {how} that of {names[0]}"
