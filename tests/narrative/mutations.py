"""Ways to make claims that hold say something that nobody recorded.

Each takes a page and a source of chance and returns other claims on the same brief, or None where
the page has nothing to turn. What it returns is wrong by construction: the words that it puts in
are from lists of its own, and what would come out as true is not returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from expdocs.analytics.datum import Datum
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import PLACEHOLDER, Claim, Claims, Quote, Uncovered
from tests.narrative.generated import Page

Mutation = Callable[[Page, Random], Claims | None]
Turn = Callable[[Claim, Brief, Random], Claim | None]

COMPARATIVES = {
    "en": (
        "better", "worse", "higher", "lower", "faster", "slower", "superior", "improved",
        "stronger", "weaker", "the best", "the worst", "the highest", "unrivalled", "increasing",
        "declining", "doubled", "ahead of the rest", "outperforming all", "the winner", "optimal",
    ),
    "zh": (
        "更好", "更差", "更高", "更低", "最好", "最差", "优于基线", "不如基线", "显著", "提升",
        "下降", "领先", "超过基线", "翻倍", "大幅改善", "better", "the best",
    ),
}  # fmt: skip
NUMBERS = {
    "en": ("seven", "a dozen", "half", "twice", "thirty-three", "a hundred", "both", "most", "IX"),
    "zh": ("七", "两倍", "一半", "三十三", "百分之五", "几百", "多数", "壹佰", "twice"),
}
UNITS = {
    "en": ("percent", "seconds", "hours", "points %", "GB", "dollars", "ms", "days"),
    "zh": ("秒", "小时", "百分点", "%", "GB", "美元", "毫秒", "percent"),
}
NEGATIONS = {
    "en": ("not ", "never ", "hardly ", "by no means "),
    "zh": ("不是", "没有", "并非", "未"),
}
MARKUP = (
    "<b>here</b>", "[here](https://example.com)", "![x](x.png)", "`here`", "**here**", "<!-- x -->",
    "https://example.com", "www.example.com", "mail ana@example.com", "| a | b |", "\n# Here",
    "<script>alert()</script>", "&lt;b&gt;", "[[here]]", "~~here~~", "[a]: b", "javascript:alert()",
    "<https://example.com>", "{: .here}", "EXP-2026-11-20-417", "[0.9](run:smote#recall)",
)  # fmt: skip
TWINS = dict(zip("aceiopxyABEHKMOPTX", "асеіорхуАВЕНКМОРТХ", strict=True))
HIDDEN = "\u200b\u200c\u200d\u2060\u00ad\u202e\u202d\u2066\ufeff\u0301\u0000\u007f\U000e0061"
DIGITS = "0123456789٣५５²Ⅷ½⑦𝟗"


# --- the parts of claims


def _claims(claims: Claims) -> Iterator[tuple[int, int, Claim]]:
    for number, section in enumerate(claims.sections):
        for index, claim in enumerate(section.claims):
            yield number, index, claim


def _with(claims: Claims, number: int, index: int, *put: Claim) -> Claims:
    section = claims.sections[number]
    kept = (*section.claims[:index], *put, *section.claims[index + 1 :])
    changed = section._replace(claims=kept)
    return claims._replace(
        sections=(*claims.sections[:number], changed, *claims.sections[number + 1 :])
    )


def on_a_claim(turn: Turn) -> Mutation:
    """Return what turns one of the claims that can be turned, chosen by chance."""

    def mutate(page: Page, random: Random) -> Claims | None:
        found = list(_claims(page.claims))
        random.shuffle(found)
        for number, index, claim in found:
            turned = turn(claim, page.brief, random)
            if turned is not None and turned != claim:
                return _with(page.claims, number, index, turned)
        return None

    mutate.__name__ = turn.__name__
    mutate.__doc__ = turn.__doc__
    return mutate


def _language(brief: Brief) -> str:
    return "zh" if brief.language.startswith("zh") else "en"


def _values(claim: Claim, brief: Brief) -> list[tuple[str, Datum]]:
    """Return the placeholders of numbers, as they stand in the text."""
    found = ((one[0], brief.data[one["id"]]) for one in PLACEHOLDER.finditer(claim.text))
    return [(text, datum) for text, datum in found if not isinstance(datum.value, str)]


def _relisted(claim: Claim, text: str) -> Claim:
    shown = dict.fromkeys(found["id"] for found in PLACEHOLDER.finditer(text))
    return claim._replace(text=text, fact_ids=tuple(shown))


def _insertion(claim: Claim, words: str, random: Random, *, tight: bool = False) -> Claim | None:
    """Put words between two words outside placeholders."""
    holes = [span for one in PLACEHOLDER.finditer(claim.text) for span in range(*one.span())]
    spaces = [at for at, one in enumerate(claim.text) if one == " " and at not in holes]
    if not claim.text:
        return None
    at = random.choice(spaces) if spaces else 0
    piece = words if tight else f" {words}"
    return claim._replace(text=claim.text[:at] + piece + (" " if at == 0 else "") + claim.text[at:])


# --- numbers


def number_typed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Writes the value itself, as it is."""
    values = [(text, datum) for text, datum in _values(claim, brief) if "|" not in text]
    if not values:
        return None
    text, datum = random.choice(values)
    return _relisted(claim, claim.text.replace(text, datum.shown, 1))


def digit_perturbed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Writes the value with another digit."""
    typed = number_typed(claim, brief, random)
    if typed is None:
        return None
    digits = [
        at for at, one in enumerate(typed.text) if one in "0123456789" and _outside(typed, at)
    ]
    at = random.choice(digits)
    return typed._replace(text=typed.text[:at] + random.choice("0123456789") + typed.text[at + 1 :])


def _outside(claim: Claim, at: int) -> bool:
    return not any(one.start() <= at < one.end() for one in PLACEHOLDER.finditer(claim.text))


def digit_inserted(claim: Claim, _: Brief, random: Random) -> Claim | None:
    """Writes a digit of some script."""
    return _insertion(claim, random.choice(DIGITS), random)


def number_word_inserted(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Writes a number in words."""
    return _insertion(claim, random.choice(NUMBERS[_language(brief)]), random)


def minus_typed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Writes a minus before a value."""
    values = [text for text, _ in _values(claim, brief) if "|" not in text]
    if not values:
        return None
    text = random.choice(values)
    return claim._replace(text=claim.text.replace(text, random.choice("-−–—") + text, 1))


def unit_changed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Writes a unit behind a value."""
    values = [text for text, _ in _values(claim, brief) if "|" not in text]
    if not values:
        return None
    text, unit = random.choice(values), random.choice(UNITS[_language(brief)])
    return claim._replace(text=claim.text.replace(text, f"{text} {unit}", 1))


# --- ids


def datum_id_perturbed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Changes a digit or letter of a datum's id, where no such datum is known."""
    uses = [one["id"] for one in PLACEHOLDER.finditer(claim.text)]
    if not uses:
        return None
    old = random.choice(uses)
    at = random.choice([n for n, one in enumerate(old) if one.isalnum()])
    new = old[:at] + random.choice([c for c in "0123456789abcxyz" if c != old[at]]) + old[at + 1 :]
    if new in brief.data:
        return None
    return _relisted(claim, claim.text.replace(old, new))


def values_swapped(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Gives each of two records the value of the other one."""
    values = [(t, d) for t, d in _values(claim, brief) if "|" not in t and len(d.records) == 1]
    owners = {datum.records: text for text, datum in values}
    if len(owners) < 2:
        return None
    one, other = random.sample(sorted(owners.values()), 2)
    text = claim.text.replace(one, "\0").replace(other, one).replace("\0", other)
    return claim._replace(text=text)


def value_of_another_record(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Shows a value of a record next to the title of another one, and cites both."""
    values = [(t, d) for t, d in _values(claim, brief) if len(d.records) == 1 and "|" not in t]
    if not values or "{{title:" not in claim.text:
        return None
    text, datum = random.choice(values)
    others = [
        one
        for one in brief.data.values()
        if not isinstance(one.value, str)
        and len(one.records) == 1
        and one.records != datum.records
        and one.id.startswith("run:")
    ]
    if not others:
        return None
    other = random.choice(others)
    turned = _relisted(claim, claim.text.replace(text, f"{{{{{other.id}}}}}"))
    return turned._replace(record_ids=tuple(dict.fromkeys((*claim.record_ids, *other.records))))


def value_of_another_run(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Shows the value of one run where the text names another one, or another metric."""
    for text, datum in _values(claim, brief):
        named = [name for name in _names(datum.id) if _names_it(claim, brief, name)]
        others = [
            one
            for one in brief.data.values()
            if one.records == datum.records
            and one.id.startswith("run:")
            and any(name not in _names(one.id) for name in named)
        ]
        if others and datum.id.startswith("run:"):
            return _relisted(claim, claim.text.replace(text, f"{{{{{random.choice(others).id}}}}}"))
    return None


def _names(identifier: str) -> list[str]:
    subject, _, metric = identifier.partition("#")
    return [subject.rpartition("/")[2], metric]


def _names_it(claim: Claim, brief: Brief, name: str) -> bool:
    words = PLACEHOLDER.sub(" ", claim.text).replace("的", " ").split()
    metrics = [brief.data[one].value for one in claim.fact_ids if one.startswith("metric:")]
    return name in words or name in metrics


def record_id_swapped(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Cites another record than one that the claim rests on."""
    others = [one.id for one in brief.records if one.id not in claim.record_ids]
    if not others:
        return None
    at = random.randrange(len(claim.record_ids))
    ids = (*claim.record_ids[:at], random.choice(others), *claim.record_ids[at + 1 :])
    return claim._replace(record_ids=ids)


def record_id_perturbed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Cites a record that is not there."""
    at = random.randrange(len(claim.record_ids))
    old = claim.record_ids[at]
    new = old[:-1] + random.choice([c for c in "0123456789" if c != old[-1]])
    if any(one.id == new for one in brief.records):
        return None
    return claim._replace(record_ids=(*claim.record_ids[:at], new, *claim.record_ids[at + 1 :]))


def citation_dropped(claim: Claim, _: Brief, random: Random) -> Claim | None:
    """Cites one record less."""
    at = random.randrange(len(claim.record_ids))
    return claim._replace(record_ids=claim.record_ids[:at] + claim.record_ids[at + 1 :])


def citation_added(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Cites a record from which nothing in the claim is."""
    others = [one.id for one in brief.records if one.id not in claim.record_ids]
    if not others:
        return None
    return claim._replace(record_ids=(*claim.record_ids, random.choice(others)))


def title_swapped(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Gives the value of a record the title of another one, and cites both."""
    titles = [one["id"] for one in PLACEHOLDER.finditer(claim.text) if one["id"][:6] == "title:"]
    others = [one.id for one in brief.records if one.id not in claim.record_ids]
    if len(titles) != 1 or not others or not _values(claim, brief):
        return None
    other = random.choice(others)
    turned = _relisted(claim, claim.text.replace(titles[0], f"title:{other}"))
    return turned._replace(record_ids=(*claim.record_ids, other))


def record_id_typed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Names a record by its id."""
    return _insertion(claim, random.choice(brief.records).id, random)


# --- quotes


def _requoted(claim: Claim, brief: Brief, text: str, record: str = "") -> Claim | None:
    quote = claim.quotes[0]
    owner = record or quote.record_id
    passages = next(one.passages for one in brief.records if one.id == owner)
    if not text.strip() or any(text in one.text for one in passages):
        return None
    cited = tuple(dict.fromkeys((*claim.record_ids, owner)))
    return claim._replace(quotes=(Quote(owner, text),), record_ids=cited)


def quote_letter_changed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Changes, drops or adds one character of a quote."""
    if not claim.quotes:
        return None
    text = claim.quotes[0].text
    at = random.randrange(len(text))
    put = random.choice(["", random.choice("abcdefg.,XYZ0"), text[at] + random.choice("abc19")])
    if put == "" and text[at] == " ":
        put = "_"
    return _requoted(claim, brief, text[:at] + put + text[at + 1 :])


def quote_reordered(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Puts the words of a quote into another order."""
    if not claim.quotes:
        return None
    words = claim.quotes[0].text.split(" ")
    random.shuffle(words)
    return _requoted(claim, brief, " ".join(words))


def quote_word_changed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Puts a word of its own into a quote."""
    if not claim.quotes:
        return None
    words = claim.quotes[0].text.split(" ")
    words[random.randrange(len(words))] = random.choice(["not", "great", "fast", "更好"])
    return _requoted(claim, brief, " ".join(words))


def quote_of_another_record(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Puts the words of a record into the mouth of another one."""
    if not claim.quotes:
        return None
    others = [one.id for one in brief.records if one.id != claim.quotes[0].record_id]
    return _requoted(claim, brief, claim.quotes[0].text, random.choice(others)) if others else None


def quote_dropped(claim: Claim, _: Brief, __: Random) -> Claim | None:
    """Announces a quote and gives none."""
    return claim._replace(quotes=()) if claim.kind == "quote" else None


def quote_typed(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Puts words of its own between quotation marks."""
    opening, closing = random.choice(["“”", '""', "«»", "「」", "''"])
    words = "这很好" if _language(brief) == "zh" else "we like it"
    return _insertion(claim, f"{opening}{words}{closing}", random)


# --- directions


def direction_negated(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Says that a direction, or a value that is stated as a fact, is not so."""
    forms = [one[0] for one in PLACEHOLDER.finditer(claim.text) if one["form"]]
    forms = forms or [text for text, _ in _values(claim, brief) if claim.kind == "fact"]
    if not forms:
        return None
    form, negation = random.choice(forms), random.choice(NEGATIONS[_language(brief)])
    return claim._replace(text=claim.text.replace(form, negation + form, 1))


def direction_contradicted(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Writes the opposite of a direction or a quality in words."""
    forms = [one for one in PLACEHOLDER.finditer(claim.text) if one["form"]]
    if not forms:
        return None
    one = random.choice(forms)
    datum = brief.data[one["id"]]
    good = (datum.sign > 0) == (datum.goal == "maximize" or one["form"] == "direction")
    words = {"direction": ("lower", "higher"), "quality": ("worse", "better")}[one["form"]]
    if _language(brief) == "zh":
        words = {"direction": ("更低", "更高"), "quality": ("更差", "更好")}[one["form"]]
    return _relisted(claim, claim.text.replace(one[0], words[0] if good else words[1], 1))


def sides_turned(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Subtracts the other way round, in the id or in the names before it."""
    pairs = [one for one in claim.fact_ids if ".." in one]
    if not pairs:
        return None
    subject, _, field = random.choice(pairs).partition("#")
    one, other = subject.removeprefix("delta:").split("..")
    turned = f"delta:{other}..{one}#{field}"
    if random.random() < 0.5:
        return _relisted(claim, claim.text.replace(f"{subject}#{field}", turned))
    names = [side.rpartition("/")[2] for side in (one, other)]
    ids = [side.rpartition("/")[0] for side in (one, other)]
    if ids[0] != ids[1]:
        names = [f"title:{record}" for record in ids]
    if not all(name in claim.text for name in names):
        return None
    return _relisted(claim, _swapped_outside(claim.text, names, pairs))


def _swapped_outside(text: str, names: list[str], kept: list[str]) -> str:
    for number, one in enumerate(kept):
        text = text.replace(one, f"\x01{number}\x01")
    text = text.replace(names[0], "\0").replace(names[1], names[0]).replace("\0", names[1])
    for number, one in enumerate(kept):
        text = text.replace(f"\x01{number}\x01", one)
    return text


def comparative_added(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Compares in words."""
    return _insertion(claim, random.choice(COMPARATIVES[_language(brief)]), random)


def form_abused(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Asks for the direction of what is no difference, or for a form that there is not."""
    uses = [one for one in PLACEHOLDER.finditer(claim.text) if not one["form"]]
    plain = [one for one in uses if not brief.data[one["id"]].goal]
    choices = [(one, form) for one in plain for form in ("direction", "quality")]
    choices += [(one, form) for one in uses for form in ("opposite", "abs", "min")]
    if not choices:
        return None
    one, form = random.choice(choices)
    return claim._replace(text=claim.text.replace(one[0], f"{{{{{one['id']}|{form}}}}}", 1))


# --- claims and pages


def claim_of_another_record(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Moves a claim to another record."""
    others = [one.id for one in brief.records if one.id not in claim.record_ids]
    return claim._replace(record_ids=(random.choice(others),)) if others else None


def fact_unlisted(claim: Claim, _: Brief, random: Random) -> Claim | None:
    """Shows what it does not list."""
    if not claim.fact_ids:
        return None
    return claim._replace(fact_ids=tuple(random.sample(claim.fact_ids, len(claim.fact_ids) - 1)))


def fact_added(claim: Claim, brief: Brief, random: Random) -> Claim | None:
    """Lists what it does not show."""
    others = [one for one in brief.data if one not in claim.fact_ids]
    return claim._replace(fact_ids=(*claim.fact_ids, random.choice(others))) if others else None


def exhausted_without_grounds(claim: Claim, _: Brief, __: Random) -> Claim | None:
    """Calls a line exhausted that nothing says to be."""
    grounds = any(one.startswith(("exhausted:", "verdict:")) for one in claim.fact_ids)
    return None if grounds else claim._replace(kind="exhausted")


def opened_again(claim: Claim, _: Brief, __: Random) -> Claim | None:
    """Calls a line open that is exhausted."""
    return claim._replace(kind="open") if claim.kind == "exhausted" else None


def markup_inserted(claim: Claim, _: Brief, random: Random) -> Claim | None:
    """Writes markup, a link or an id."""
    return _insertion(claim, random.choice(MARKUP), random)


def twin_inserted(claim: Claim, _: Brief, random: Random) -> Claim | None:
    """Writes a letter that looks like another one."""
    places = [at for at, one in enumerate(claim.text) if one in TWINS and _outside(claim, at)]
    if not places:
        return None
    at = random.choice(places)
    return claim._replace(text=claim.text[:at] + TWINS[claim.text[at]] + claim.text[at + 1 :])


def hidden_inserted(claim: Claim, _: Brief, random: Random) -> Claim | None:
    """Writes a character that nobody sees."""
    return _insertion(claim, random.choice(HIDDEN), random, tight=True)


def claim_repeated(page: Page, random: Random) -> Claims | None:
    """Says the same a second time."""
    number, index, claim = random.choice(list(_claims(page.claims)))
    return _with(page.claims, number, index, claim, claim)


def record_omitted(page: Page, random: Random) -> Claims | None:
    """Says nothing of a record, and not why."""
    gone = random.choice(page.brief.records).id
    sections = tuple(
        section._replace(claims=tuple(c for c in section.claims if gone not in c.record_ids))
        for section in page.claims.sections
    )
    left = tuple(one for one in page.claims.uncovered if one.record_id != gone)
    return Claims(sections, left)


def reason_dropped(page: Page, random: Random) -> Claims | None:
    """Leaves a record out without a reason."""
    return _with_reason(page, random, "")


def reason_with_a_number(page: Page, random: Random) -> Claims | None:
    """Gives a reason that holds a number or a link."""
    return _with_reason(page, random, random.choice(["It reached 0.9.", *MARKUP]))


def _with_reason(page: Page, random: Random, reason: str) -> Claims | None:
    if not page.claims.uncovered:
        return None
    at = random.randrange(len(page.claims.uncovered))
    left = list(page.claims.uncovered)
    left[at] = left[at]._replace(reason=reason)
    return page.claims._replace(uncovered=tuple(left))


def cited_as_uncovered(page: Page, random: Random) -> Claims | None:
    """Says of a record that is cited that it is not."""
    _, _, claim = random.choice(list(_claims(page.claims)))
    added = Uncovered(random.choice(claim.record_ids), "Its metric is another.")
    return page.claims._replace(uncovered=(*page.claims.uncovered, added))


def unknown_as_uncovered(page: Page, random: Random) -> Claims | None:
    """Says of a record that nobody knows that it is not covered."""
    added = Uncovered(f"EXP-2030-01-01-{random.randint(100, 999)}", "Its metric is another.")
    return page.claims._replace(uncovered=(*page.claims.uncovered, added))


def section_renamed(page: Page, random: Random) -> Claims | None:
    """Writes a section that nobody asked for."""
    at = random.randrange(len(page.claims.sections))
    sections = list(page.claims.sections)
    sections[at] = sections[at]._replace(key=random.choice(["summary", "first ", "First", "third"]))
    return page.claims._replace(sections=tuple(sections))


TURNS: tuple[Turn, ...] = (
    number_typed,
    digit_perturbed,
    digit_inserted,
    number_word_inserted,
    minus_typed,
    unit_changed,
    datum_id_perturbed,
    values_swapped,
    value_of_another_record,
    value_of_another_run,
    record_id_swapped,
    record_id_perturbed,
    citation_dropped,
    citation_added,
    title_swapped,
    record_id_typed,
    quote_letter_changed,
    quote_reordered,
    quote_word_changed,
    quote_of_another_record,
    quote_dropped,
    quote_typed,
    direction_negated,
    direction_contradicted,
    sides_turned,
    comparative_added,
    form_abused,
    claim_of_another_record,
    fact_unlisted,
    fact_added,
    exhausted_without_grounds,
    opened_again,
    markup_inserted,
    twin_inserted,
    hidden_inserted,
)
MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        *map(on_a_claim, TURNS),
        claim_repeated,
        record_omitted,
        reason_dropped,
        reason_with_a_number,
        cited_as_uncovered,
        unknown_as_uncovered,
        section_renamed,
    )
}
