"""The verifier: what it lets pass, and the one fault that it finds in each bad claim."""

from __future__ import annotations

import pytest

from expdocs.narrative.claims import Claim, Claims, Quote, SectionClaims, Uncovered
from expdocs.narrative.verify import CLAIM_CHECKS, PAGE_CHECKS, TEXT_CHECKS, Fault, verify
from tests.narrative.briefs import ACROSS, DELTA, SLOW, A, B, D, brief, claim, page

TITLE_A, TITLE_B = f"{{{{title:{A}}}}}", f"{{{{title:{B}}}}}"
SMOTE, WEIGHTS = f"{{{{run:{A}/smote#recall}}}}", f"{{{{run:{A}/weights#recall}}}}"
FOREST = f"{{{{run:{B}/forest#recall}}}}"

GOOD = {
    "a value of a record": claim(f"{TITLE_A} reached {SMOTE}."),
    "two records": claim(f"{TITLE_A} reached {SMOTE}; {TITLE_B} reached {FOREST}.", A, B),
    "a value before its title": claim(f"{SMOTE} was measured in {TITLE_A}."),
    "labels with their values": claim(f"{TITLE_A}: smote {SMOTE}, weights {WEIGHTS}."),
    "a direction": claim(f"The recall of smote was {{{{{DELTA}|direction}}}}."),
    "a quality": claim(f"Against weights, smote was {{{{{DELTA}|quality}}}} by {{{{{DELTA}}}}}."),
    "a direction without a goal": claim(
        f"The size is {{{{delta:{A}/weights..{A}/smote#size|direction}}}}."
    ),
    "a change across records": claim(
        f"{TITLE_B} differs by {{{{{ACROSS}}}}} from {TITLE_A}.", A, B
    ),
    "what is of no record": claim(f"{TITLE_A} draws on {{{{budget:churn}}}}."),
    "what is of many records": claim("In all: {{trials:churn/recall}}.", A, B),
    "a possessive": claim(f"{TITLE_A}'s value is {SMOTE}, as expected (see {TITLE_A})."),
    "a negation after its values": claim(
        f"{TITLE_A} reached {SMOTE} without tuning; it has no peer."
    ),
    "a field before its title": claim(
        f"{TITLE_A} goes on, and {{{{verdict:{B}}}}} is what {TITLE_B} says.", A, B
    ),
    "a metric by its name": claim(
        f"At {{{{metric:{A}}}}}, {TITLE_A} reached {SMOTE}, and {{{{best:churn/recall}}}} is known."
    ),
    "arms with their change": claim(
        f"From {{{{arm:{A}/weights}}}} to {{{{arm:{A}/smote}}}} it is {{{{{DELTA}|quality}}}}."
    ),
    "a quote": claim("", A, kind="quote", quotes=(Quote(A, SLOW),)),
    "words of a quote": claim("", A, kind="quote", quotes=(Quote(A, "slow on the\n laptop"),)),
    "another normal form": claim("", A, kind="quote", quotes=(Quote(A, "cafe\u0301 noir"),)),
    "a short quote without spaces": claim("", B, kind="quote", quotes=(Quote(B, "\u5f88\u6162"),)),
    "a short paragraph": claim("", B, kind="quote", quotes=(Quote(B, "More."),)),
    "numbers in a quote": claim(
        "", D, kind="quote", quotes=(Quote(D, "We keep 2 class weights at 0.81."),)
    ),
    "an interpretation": claim(f"{TITLE_A} may not carry over to calls.", kind="interpretation"),
    "accents": claim(
        f"{TITLE_A} is a na\u00efve start, written by a caf\u00e9's cl\u00f4ture.", kind="open"
    )._replace(kind="interpretation"),
    "exhausted by analytics": claim("{{exhausted:churn/smote}}: saturated.", kind="exhausted"),
    "exhausted by a verdict": claim(f"{TITLE_A} ended as {{{{verdict:{A}}}}}.", kind="exhausted"),
    "open by a verdict": claim(f"{TITLE_B}: {{{{verdict:{B}}}}}.", B, kind="open"),
    "open by a quote": claim(
        f"{TITLE_B} goes on.", B, kind="open", quotes=(Quote(B, "The forest needs more data."),)
    ),
    "a question": claim(f"Who labelled the data of {TITLE_A}?", kind="question"),
    "an allowed phrase": claim(
        f"{TITLE_A} used the same data as well as a sample.", kind="warning"
    ),
    "abbreviations": claim(f"{TITLE_A} is about ML, AUC and CI runs.", kind="interpretation"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_claim_passes(name: str) -> None:
    good = GOOD[name]
    assert verify(brief(records=good.record_ids), page(good)) == ()


def _quoted(text: str, record: str = A) -> Claim:
    return claim(f"{{{{title:{record}}}}}.", A, kind="quote", quotes=(Quote(record, text),))


BAD: list[tuple[str, Claim]] = [
    ("kind", claim(f"{TITLE_A} is odd.", kind="boast")),
    ("empty", claim(" ", kind="interpretation", quotes=(Quote(A, SLOW),))),
    ("length", claim(f"{TITLE_A} {'long ' * 500}", kind="interpretation")),
    ("fact", claim("It is a run.", quotes=(Quote(A, SLOW),))),
    ("no-quote", claim(f"{TITLE_A} says so.", kind="quote")),
    ("state", claim(f"{TITLE_A} goes on.", kind="open")),
    ("state", claim(f"{TITLE_A} is over.", kind="exhausted")),
    ("state", claim(f"{TITLE_B}: {{{{verdict:{B}}}}}.", B, kind="exhausted")),
    ("state", claim("{{open:churn/forest}} here.", B, kind="exhausted")),
    ("question", claim(f"Who labelled the data of {TITLE_A}.", kind="question")),
    ("uncited", claim("{{budget:churn}} is spent.")._replace(record_ids=())),
    ("record", claim(f"{TITLE_A} is odd.", A, "EXP-2026-11-20-418")),
    ("record", claim(f"{TITLE_A} is odd.", A, A)),
    ("unsupported", claim(f"{TITLE_A} is odd.", A, B)),
    ("quoted-record", claim(f"{TITLE_A}.", A, quotes=(Quote(B, "The forest needs more data."),))),
    ("quote", _quoted("It was slow on the laptop, and we did like it.")),
    ("quote", _quoted("It was slow on the laptop, and we did not like it. Buy ours.")),
    ("quote", _quoted("It was slow on the laptop and we did not like it.")),
    ("quote", _quoted("on the slow laptop")),
    ("quote", _quoted("The forest needs more data.")),
    ("quote", _quoted("low on the laptop, and")),
    ("quote", _quoted("slow on the lap")),
    ("quote", _quoted("slow")),
    ("quote", _quoted("")),
    ("quote", _quoted("it was slow on the laptop")),
    ("quote-twice", claim("", A, kind="quote", quotes=(Quote(A, SLOW), Quote(A, SLOW)))),
    ("datum", claim(f"{TITLE_A} reached {{{{run:{A}/smote#f1}}}}.")),
    ("listed", claim(f"{TITLE_A} reached {SMOTE}.")._replace(fact_ids=(f"title:{A}",))),
    ("listed", claim(f"{TITLE_A}.")._replace(fact_ids=(f"title:{A}", "best:churn/recall"))),
    ("listed", claim(f"{TITLE_A}.")._replace(fact_ids=(f"title:{A}", f"title:{A}"))),
    ("owner", claim(f"It reached {FOREST} among {{{{trials:churn/recall}}}}.", A)),
    ("owner", claim(f"The change is {{{{{ACROSS}}}}}.", A)),
    ("form", claim(f"Recall is {{{{run:{A}/smote#recall|direction}}}}.")),
    ("form", claim(f"Recall is {{{{run:{A}/smote#recall|quality}}}}.")),
    ("form", claim(f"Size is {{{{delta:{A}/weights..{A}/smote#size|quality}}}}.")),
    ("form", claim(f"It is {{{{delta:{A}/weights..{A}/smote#loss|direction}}}}.")),
    ("form", claim(f"It is {{{{title:{A}|quality}}}}.")),
    ("form", claim(f"It is {{{{{DELTA}|opposite}}}}.")),
    ("title", claim(f"{TITLE_A} reached {FOREST}; {TITLE_B} reached {SMOTE}.", A, B)),
    ("title", claim(f"{FOREST} was measured in {TITLE_A}; {TITLE_B}.", A, B)),
    ("name", claim(f"{TITLE_A}: smote {WEIGHTS}, weights {SMOTE}.")),
    ("name", claim(f"The weights of {TITLE_A} reached {SMOTE}.")),
    ("name", claim(f"The precision of {TITLE_A} is {SMOTE}.")),
    ("name", claim(f"At {{{{metric:{A}}}}}, {TITLE_A} reached {{{{run:{A}/smote#precision}}}}.")),
    ("name", claim(f"{{{{arm:{A}/weights}}}} of {TITLE_A} reached {SMOTE}.")),
    (
        "change",
        claim(f"{{{{arm:{A}/smote}}}} differs from {{{{arm:{A}/weights}}}} by {{{{{DELTA}}}}}."),
    ),
    ("change", claim(f"Against smote, the recall of weights was {{{{{DELTA}|direction}}}}.")),
    ("change", claim(f"{TITLE_A} differs by {{{{{ACROSS}}}}} from {TITLE_B}.", A, B)),
    ("negation", claim(f"It is not {{{{{DELTA}|quality}}}}.")),
    ("negation", claim(f"It isn\u2019t {{{{{DELTA}|direction}}}}.", kind="interpretation")),
    ("negation", claim(f"It is anything but {{{{{DELTA}|quality}}}}.")),
    ("negation", claim(f"{TITLE_A} never reached {SMOTE}.")),
    ("negation", claim(f"In no case, {TITLE_A} reached {SMOTE}.")),
    ("denial", claim(f"{TITLE_A} reached {SMOTE}, which is untrue.")),
    ("denial", claim(f"It is the opposite of {{{{{DELTA}|quality}}}}.")),
    ("title", claim(f"{TITLE_A} reached {FOREST} in {TITLE_B}.", A, B)),
    ("title", claim(f"With {{{{approach:{A}}}}}, {SMOTE} was measured in {TITLE_B}.", A, B)),
    ("brace", claim(f"{TITLE_A} {{title}}.")),
    ("brace", claim(f"This }} is {TITLE_A}.")),
    ("touching", claim(f"{TITLE_A} reached -{SMOTE}.")),
    ("touching", claim(f"{TITLE_A} reached \u2013 {SMOTE}.")),
    ("touching", claim(f"{TITLE_A} reached {SMOTE}k.")),
    ("touching", claim(f"{TITLE_A} reached {SMOTE}{WEIGHTS}.")),
    ("touching", claim(f"{TITLE_A} reached {SMOTE}.{WEIGHTS}.")),
    ("touching", claim(f"{TITLE_A} reached {SMOTE}-ish.")),
    ("character", claim(f"{TITLE_A} is <b>odd</b>.")),
    ("character", claim(f"{TITLE_A} is *odd*.")),
    ("character", claim(f"{TITLE_A} is [odd](x).")),
    ("character", claim(f"{TITLE_A} is `odd`.")),
    ("character", claim(f"{TITLE_A} is | odd.")),
    ("character", claim(f"{TITLE_A}\n# Odd")),
    ("character", claim(f"{TITLE_A} is h\u0456ring.")),
    ("character", claim(f"{TITLE_A} is \uff4fdd.")),
    ("character", claim(f"{TITLE_A} is o\u0308dd.")),
    ("character", claim(f"{TITLE_A} is o\u200bdd.")),
    ("character", claim(f"{TITLE_A} is \u202eodd.")),
    ("character", claim(f"{TITLE_A} is \x07 odd.")),
    ("character", claim(f"{TITLE_A} went \u2191.")),
    ("character", claim(f"{TITLE_A} \u2248 {SMOTE}.")),
    ("character", claim(f"{TITLE_A} is \u5f88\u6162.")),
    ("character", claim(f"{TITLE_A} says \u201cwe like it\u201d.")),
    ("character", claim(f"{TITLE_A} says 'we like it'.")),
    ("character", claim(f"{TITLE_A} is \ufffc.")),
    ("digit", claim(f"{TITLE_A} ran 5 times.")._replace(text=f"{TITLE_A} ran 5 runs.")),
    ("digit", claim(f"{TITLE_A} reached the f1.")),
    ("digit", claim(f"{TITLE_A} ran \u0665.")),
    ("digit", claim(f"{TITLE_A} ran \u00bd.")),
    ("digit", claim(f"{TITLE_A} ran \u2464.")),
    ("digit", claim(f"{TITLE_A} ran \u00b2.")),
    ("digit", claim(f"{TITLE_A} ran \U0001d7d7.")),
    ("roman", claim(f"{TITLE_A} is of phase II.")),
    ("roman", claim(f"{TITLE_A} (iv) is odd.")),
    ("link", claim(f"{TITLE_A} is at example.com.")),
    ("link", claim(f"{TITLE_A} is by javascript:alert.")),
    ("link", claim(f"{TITLE_A} is at www.example com.")),
    ("spelled", claim(f"{TITLE_A} is h i g h.")),
    ("number", claim(f"{TITLE_A} ran twice.")),
    ("number", claim(f"{TITLE_A} ran twenty-five.")),
    ("number", claim(f"{TITLE_A} ran FIVE.")),
    ("number", claim(f"{TITLE_A} ran t-w-ice.")),
    ("unit", claim(f"{TITLE_A} ran for hours.")),
    ("unit", claim(f"{TITLE_A} in per cent.")),
    ("comparison", claim(f"{TITLE_A} is better.")),
    ("comparison", claim(f"{TITLE_A} outperforms it.")),
    ("comparison", claim(f"{TITLE_A} is b\u00e8tter.")),
    ("comparison", claim(f"{TITLE_A} is as good.")),
    ("comparison", claim(f"{TITLE_A} is slightly {{{{{DELTA}|quality}}}}.")),
    ("end", claim(f"{TITLE_A} is exhausted.", kind="interpretation")),
    ("end", claim(f"{TITLE_A} is a dead end.", kind="interpretation")),
    ("start", claim(f"- This is {TITLE_A}.")),
    ("start", claim(f"; {TITLE_A} is odd.")),
]


@pytest.mark.parametrize(("code", "bad"), BAD, ids=[f"{c}-{n}" for n, (c, _) in enumerate(BAD)])
def test_a_bad_claim_has_this_fault_alone(code: str, bad: Claim) -> None:
    faults = verify(brief(records=(A, B)), page(bad, *_rest(bad)))
    assert {fault.code for fault in faults} == {code}
    assert {(fault.section, fault.claim) for fault in faults} == {("all", 0)}


def _rest(bad: Claim) -> list[Claim]:
    """Return what cites the records that the claim does not."""
    left = [one for one in (A, B) if one not in bad.record_ids]
    return [claim(f"{{{{title:{one}}}}} is here.", one) for one in left]


def test_a_record_id_is_not_typed() -> None:
    codes = {fault.code for fault in verify(brief(records=(A,)), page(claim(f"{TITLE_A} is {B}.")))}
    assert codes == {"digit", "record-id"}


def test_every_check_is_shown_by_a_bad_claim() -> None:
    shown = {code for code, _ in BAD} | {"record-id"}
    assert shown == {*CLAIM_CHECKS, *TEXT_CHECKS, "length"}


ODD = claim(f"{TITLE_A} is odd.")
WHOLE: list[tuple[Fault, Claims]] = [
    (
        Fault(
            "", -1, "omitted", f"{B} is passed over: cite it, or list it in uncovered with a reason"
        ),
        page(ODD),
    ),
    (
        Fault("nowhere", -1, "section", "there is no section 'nowhere': use one of all, facts"),
        Claims((SectionClaims("nowhere", (ODD,)),), (Uncovered(B, "Another metric."),)),
    ),
    (
        Fault("all", -1, "section", "the section stands there twice: put its claims into one"),
        Claims(
            (SectionClaims("all", (ODD,)), SectionClaims("all", ())),
            (Uncovered(B, "Another metric."),),
        ),
    ),
    (
        Fault("facts", 0, "duplicate", "the same claim stands there before: leave it out"),
        Claims(
            (SectionClaims("all", (ODD,)), SectionClaims("facts", (ODD,))),
            (Uncovered(B, "Another metric."),),
        ),
    ),
    (
        Fault("", 0, "uncovered", f"'{A}' is cited by a claim: take it out of uncovered"),
        Claims(page(ODD).sections, (Uncovered(A, "Another metric."), Uncovered(B, "Another."))),
    ),
    (
        Fault(
            "",
            1,
            "uncovered",
            f"'{D}' is not in the brief: leave it out".replace("'DEC", "the record 'DEC"),
        ),
        Claims(page(ODD).sections, (Uncovered(B, "Another metric."), Uncovered(D, "Another."))),
    ),
    (
        Fault("", 1, "uncovered", f"'{B}' is listed twice: list it once"),
        Claims(page(ODD).sections, (Uncovered(B, "Another metric."), Uncovered(B, "Another."))),
    ),
    (
        Fault("", 0, "uncovered", f"the reason why '{B}' is not covered is missing: say why"),
        Claims(page(ODD).sections, (Uncovered(B, " "),)),
    ),
    (
        Fault("", 0, "uncovered", "the reason is longer than 400 characters"),
        Claims(page(ODD).sections, (Uncovered(B, "long " * 90),)),
    ),
    (
        Fault("", 0, "brace", "a reason shows no data: write it without placeholders"),
        Claims(page(ODD).sections, (Uncovered(B, f"As {SMOTE} shows."),)),
    ),
]


@pytest.mark.parametrize(("fault", "claims"), WHOLE, ids=[str(f.code) for f, _ in WHOLE])
def test_a_bad_page_has_this_fault_alone(fault: Fault, claims: Claims) -> None:
    assert verify(brief(records=(A, B)), claims) == (fault,)


def test_every_check_of_pages_is_shown() -> None:
    assert {fault.code for fault, _ in WHOLE} - {"brace"} == set(PAGE_CHECKS)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("It reached 0.9.", "digit"),
        ("It is worse.", "comparison"),
        ("See [this](http://x).", "character"),
        ("<script>", "start"),
        ("It is exhausted.", "end"),
        ("{{}}", "brace"),
    ],
)
def test_a_reason_is_held_to_the_same_words(reason: str, code: str) -> None:
    faults = verify(brief(records=(A, B)), page(ODD)._replace(uncovered=(Uncovered(B, reason),)))
    assert code in {fault.code for fault in faults}
    assert {fault.place for fault in faults} == {"uncovered record 1"}


def test_a_section_takes_its_kinds() -> None:
    odd = claim(f"{TITLE_A} may be odd.", kind="interpretation")
    assert [fault.code for fault in verify(brief(records=(A,)), page(odd, key="facts"))] == ["kind"]


def test_a_fault_says_where_it_is() -> None:
    places = [Fault("all", 2, "", "").place, Fault("all", -1, "", "").place]
    assert places == ["section all, claim 3", "section all"]
    assert str(Fault("", -1, "omitted", "it is gone")) == "the page: it is gone"


CHINESE = {
    "": f"{TITLE_A}\u7684\u53ec\u56de\u7387\u4e3a{SMOTE}\u3002",
    "number": f"{TITLE_A}\u8fd0\u884c\u4e86\u4e09\u6b21\u3002",
    "comparison": f"{TITLE_A}\u7684\u6548\u679c\u66f4\u597d\u3002",
    "unit": f"{TITLE_A}\u8017\u65f6\u51e0\u5c0f\u65f6\u3002".replace("\u51e0", ""),
    "negation": f"{TITLE_A}\u6ca1\u6709\u8fbe\u5230{SMOTE}\u3002",
    "character": f"{TITLE_A}\u7684\u53ec\u56de\u7387\u4e3a{SMOTE}\u300c\u597d\u300d\u3002",
    "digit": f"{TITLE_A}\u8fd0\u884c\u4e86\uff15\u8f6e\u3002",
    "end": f"{TITLE_A}\u5df2\u7ecf\u6536\u655b\u3002",
}


@pytest.mark.parametrize("code", CHINESE)
def test_chinese(code: str) -> None:
    faults = verify(brief("zh-CN", (A,)), page(claim(CHINESE[code])))
    assert {fault.code for fault in faults} == ({code} if code else set())


def test_english_terms_in_chinese_are_held_to_the_english_list() -> None:
    text = f"{TITLE_A}\u7684\u6548\u679c better\u3002"
    assert [fault.code for fault in verify(brief("zh", (A,)), page(claim(text)))] == ["comparison"]


def test_a_model_writes_only_where_there_are_word_lists() -> None:
    good = page(claim(f"{TITLE_A} reached {SMOTE}."))
    assert verify(brief("es", (A,)), good) == ()
    assert [fault.code for fault in verify(brief("es", (A,)), good, by_model=True)] == ["language"]
    assert verify(brief("en-GB", (A,)), good, by_model=True) == ()
