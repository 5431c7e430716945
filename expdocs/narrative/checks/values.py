"""Whether placeholders name data of the brief, show them soundly, and next to whom they belong."""

import re
from collections.abc import Iterator, Sequence

from expdocs.analytics.datum import Datum
from expdocs.narrative.checks.view import FIELDS, Use, View, names_in, quoted, scheme, sides_in
from expdocs.narrative.claims import FORMS
from expdocs.narrative.words import fold
from expdocs.spelling import closest

_MANY = 2_000
_PAIRS = ("delta", "ratio")
# Fields that name what is measured, and in which run or group.
_NAMING = ("metric", "arm")
_BEFORE = re.compile(r"(?:\A|[\s(\u3000-\u303f\u4e00-\u9fff\uff00-\uff0f\uff1a-\uff20])\Z")
_AFTER = re.compile(
    r"(?:'s|\u2019s)?(?:\Z|\s|[.,;:!?)\u2026]+(?:\s|\Z)|[\u3000-\u303f\u4e00-\u9fff\uff00-\uff20])"
)
_DASH = re.compile(r"[-\u2010-\u2015\u2212]\s*\Z")
_END = re.compile("[.;!?\u3002\uff1b\uff01\uff1f]")
_NAME = re.compile(r"[a-z_][a-z0-9_-]*")


def has_whole_placeholders(view: View) -> Iterator[str]:
    """A brace that belongs to no placeholder is one that somebody meant."""
    if any("{" in text or "}" in text for text in view.literals):
        yield "a brace stands outside a placeholder: write {{ID}} or {{ID|direction}}"


def shows_known_data(view: View) -> Iterator[str]:
    """A placeholder or listed id that the brief lacks has no value."""
    known = view.known.data
    for one in dict.fromkeys([*(use.id for use in view.uses), *view.claim.fact_ids]):
        if one not in known:
            like = closest(one, known) if len(known) <= _MANY else ""
            hint = f"did you mean {quoted(like)}?" if like else "use an id of the brief"
            yield f"the brief has no datum {quoted(one)}: {hint}"


def lists_what_it_shows(view: View) -> Iterator[str]:
    """What is listed and what is shown are the same data."""
    shown = [use.id for use in view.uses]
    listed = view.claim.fact_ids
    for one in dict.fromkeys(shown):
        if one not in listed:
            yield f"{quoted(one)} is shown and not listed: add it to fact_ids"
    for one in dict.fromkeys(listed):
        if one not in shown:
            yield f"{quoted(one)} is listed and not shown: write {{{{{one}}}}} or unlist it"
    if len(set(listed)) < len(listed):
        yield "fact_ids holds an id twice: list each once"


def shows_data_of_cited_records(view: View) -> Iterator[str]:
    """A value stands with a citation of every record that it belongs to."""
    cited = set(view.claim.record_ids)
    for datum in view.listed:
        for one in datum.records:
            if one not in cited:
                yield f"{quoted(datum.id)} belongs to {one}: add that to record_ids"


def has_sound_forms(view: View) -> Iterator[str]:
    """A direction needs a difference, better and worse a goal too."""
    for use in view.uses:
        if use.form and use.form not in FORMS:
            yield f"{quoted(use.form)} is no form of a placeholder: use {' or '.join(FORMS)}"
        elif use.form and use.datum is not None and not _takes(use.datum, use.form):
            need = "a difference" if use.form == "direction" else "a difference with a goal"
            yield f"{quoted(use.id)} is not {need}: write {{{{{use.id}}}}} without |{use.form}"


def _takes(datum: Datum, form: str) -> bool:
    if isinstance(datum.value, str) or datum.value != datum.value:
        return False
    return bool(datum.goal) or (form == "direction" and scheme(datum.id) == "delta")


def stands_apart(view: View) -> Iterator[str]:
    """What touches a value changes it: a sign, a digit of the next, a letter that scales it."""
    for before, use, after in zip(view.literals, view.uses, view.literals[1:], strict=False):
        place = f"{{{{{use.id}}}}}"
        if _DASH.search(before):
            yield f"a dash stands before {place} and reads as a minus: use a comma or a colon"
        elif not _BEFORE.search(before[-1:]) or not _AFTER.match(after):
            yield f"put spaces around {place}; only punctuation may follow it directly"
    if any(text == "" for text in view.literals[1:-1]):
        yield "two placeholders touch: put words or a space between them"


def stands_with_its_record(view: View) -> Iterator[str]:
    """A value next to the title of a record is read as one of that record."""
    for number, use in enumerate(view.uses):
        if use.is_name or _introduces(view.uses[number:]):
            continue
        for owner in _owners(view, number):
            if not _of(use, owner, view):
                yield (
                    f"{quoted(use.id)} stands with {{{{{owner.id}}}}} and does not belong to it: "
                    "put it after the title of its own record"
                )
                break


def _owners(view: View, number: int) -> Iterator[Use]:
    """Yield the name that stands last before a value, and the title that it leads up to."""
    before = [use for use in view.uses[:number] if use.is_name]
    after = [use for use in view.uses[number:] if use.is_name]
    yield from before[-1:] or after[:1]
    if scheme(view.uses[number].id) not in FIELDS and not any(map(_is_title, before)):
        yield from filter(_is_title, _same_sentence(view, number))


def _same_sentence(view: View, number: int) -> Iterator[Use]:
    """Yield the uses after one until the sentence ends, or the first title is there."""
    for use, text in zip(view.uses[number + 1 :], view.literals[number + 1 :], strict=False):
        if _END.search(text):
            return
        yield use
        if _is_title(use):
            return


def _is_title(use: Use) -> bool:
    return scheme(use.id) == "title"


def _introduces(uses: Sequence[Use]) -> bool:
    """Whether a field stands just before the title of its record, as a date does."""
    fields = [use.id.partition(":") for use in uses[:2]]
    return len({one for _, _, one in fields}) < len(fields) and uses[1].is_name


def _of(use: Use, owner: Use, view: View) -> bool:
    if use.datum is None or owner.datum is None or not use.datum.records:
        return True
    if set(owner.datum.records) & set(use.datum.records):
        return True
    if scheme(owner.id) != "approach":
        return False
    found = (view.known.records.get(one) for one in use.datum.records)
    return any(one is not None and one.approach == owner.datum.value for one in found)


def stands_with_its_name(view: View) -> Iterator[str]:
    """A run's label or a metric's name says whose value the next one is."""
    known = _names(view)
    for number, name in _mentions(view):
        value = _nearest(view, number)
        if name in known and value is not None and name not in names_in(value.id):
            yield f"{quoted(name)} stands with {quoted(value.id)}: put a value of its own there"


def _names(view: View) -> set[str]:
    """Return the labels and metrics of the cited records."""
    return set().union(*(view.known.names.get(one, ()) for one in view.claim.record_ids))


def _nearest(view: View, number: int) -> Use | None:
    """Return the next value from a placeholder on, or else the last one before it."""
    uses = [*view.uses[number:], *reversed(view.uses[:number])]
    return next((one for one in uses if scheme(one.id) not in FIELDS and one.datum), None)


def names_what_changed(view: View) -> Iterator[str]:
    """A change is read as one of what is named last: of the pair, that is the second side."""
    mentions = list(_mentions(view))
    first_uses = {use.id: number for number, use in reversed([*enumerate(view.uses)])}
    for use, number in first_uses.items():
        if scheme(use) in _PAIRS:
            first, second = (set(side) for side in sides_in(use))
            named = [(at, name) for at, name in mentions if name in first ^ second]
            before = [name for at, name in named if at <= number]
            after = [name for at, name in named if at > number]
            if [*reversed(before), *after, *second][0] in first - second:
                yield f"{quoted(use)} is a change of its second side: name that just before it"


def _mentions(view: View) -> Iterator[tuple[int, str]]:
    """Yield what is named in the order of the text, with the number of the next placeholder.

    That is words, what placeholders of metrics and arms show, and the records of titles.
    """
    # Where words are not parted by spaces, a name is found wherever it stands.
    unparted = [name for name in _names(view) if not name.isascii()]
    for number, text in enumerate(view.literals):
        folded = fold(text)
        yield from ((number, name) for name in _NAME.findall(folded))
        yield from ((number, name) for name in unparted if name in folded)
        for use in view.uses[number : number + 1]:
            if use.is_name:
                yield number, use.id.partition(":")[2]
            elif scheme(use.id) in _NAMING and use.datum:
                yield number, fold(use.datum.shown)
