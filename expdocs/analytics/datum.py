"""A value that a page may show, with where it comes from."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

Value = float | int | Decimal | str


class Datum(NamedTuple):
    """One value: measured by a run, stated by a record, or derived from other ones.

    ``id`` never depends on what else there is, so that a claim keeps its meaning: a measured value
    has the reference by which a record would cite it (``run:EXP-2026-11-20-417/smote#val_f1``), a
    field of a record its name and id (``title:EXP-2026-11-20-417``), a derived one the name of its
    method and what it is about (``best:churn/val_f1``).

    ``shown`` is how a page writes the value, without its unit; ``records`` are those that it
    belongs to. A derived one has its ``formula``, the ids of its ``operands`` and its ``method``:
    the paper or textbook that the formula is from, where it is not plain arithmetic. ``goal`` is
    ``maximize`` or ``minimize`` where a sign tells better from worse.
    """

    id: str
    meaning: str
    value: Value
    shown: str
    records: tuple[str, ...]
    unit: str = ""
    formula: str = ""
    operands: tuple[str, ...] = ()
    method: str = ""
    goal: str = ""

    @property
    def sign(self) -> int:
        """Minus one, zero or one; zero for what has no sign."""
        if isinstance(self.value, str) or self.value != self.value:
            return 0
        return (self.value > 0) - (self.value < 0)


class Data(Mapping[str, Datum]):
    """Data by id, in the order in which they were added; an id always means the same value."""

    def __init__(self) -> None:
        self._known: dict[str, Datum] = {}

    def add(self, datum: Datum) -> Datum:
        """Add one and return it; raises ``ValueError`` when its id has another value already."""
        known = self._known.setdefault(datum.id, datum)
        if known.value != datum.value and not (known.value != known.value):
            raise ValueError(f"{datum.id} has two values")
        return known

    def __getitem__(self, key: str) -> Datum:
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
