"""What several pages say of a record: that it is, with its own words, and its options."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterator, Sequence

from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claim, Quote
from expdocs.narrative.pages.writing import Sentences, quote_of
from expdocs.narrative.selection import options_of
from expdocs.records.record import Record


class Teller:
    """Tells of the records of a brief in the sentences of a page."""

    def __init__(self, brief: Brief, say: Sentences) -> None:
        self.say = say
        self._data = brief.data
        self._materials = {material.id: material for material in brief.records}

    def quote(self, record_id: str, *keys: str) -> list[Quote]:
        """Return the beginning of the first of some passages that a record has."""
        return quote_of(self._materials[record_id], *keys)

    def record(self, sentence: str, record: Record, *quoted: str, kind: str = "fact") -> Claim:
        """Return a claim about one record, with its own words."""
        quotes = self.quote(record.id, *quoted) if quoted else []
        return self.say.claim(kind, sentence, [record.id], quotes, record=record.id)

    def options(self, record: Record, outcome: str, sentence: str = "") -> Iterator[Claim]:
        """Yield what became of the options of a decision; experiments on one are cited, too."""
        for number, option in enumerate(options_of(record), 1):
            name = f"option:{record.id}/{number}"
            if name in self._data and option.get("outcome") == outcome:
                quotes = self.quote(record.id, f"options.{number}.reason")
                about = self._data[name].records
                said, filled = sentence or outcome, {"record": record.id, "option": name}
                yield self.say.claim("fact", said, about, quotes, **filled)

    def known(self, names: object) -> Sequence[str]:
        """Return those of a list of ids whose records are in the brief."""
        listed = names if isinstance(names, list) else []
        return [name for name in listed if isinstance(name, str) and name in self._materials]
