"""A brief by hand: two experiments and a decision, with data of every sort."""

from __future__ import annotations

from expdocs.analytics.datum import Data, Datum
from expdocs.narrative.brief import Brief, Material, Passage, Section
from expdocs.narrative.claims import KINDS, PLACEHOLDER, Claim, Claims, Quote, SectionClaims

A, B, D = "EXP-2026-11-20-417", "EXP-2026-11-21-300", "DEC-2026-11-22-101"
SLOW = "It was slow on the laptop, and we did not like it."
DELTA = f"delta:{A}/weights..{A}/smote#recall"
ACROSS = f"delta:{A}/smote..{B}/forest#recall"


def _datum(
    identifier: str, value: float | str, *records: str, unit: str = "", goal: str = ""
) -> Datum:
    sign = "+" if goal and not isinstance(value, str) and value > 0 else ""
    return Datum(identifier, identifier, value, f"{sign}{value}", records, unit=unit, goal=goal)


def data() -> Data:
    found = Data()
    for one in (
        _datum(f"title:{A}", "Oversampling at 0.83 does not help", A),
        _datum(f"title:{B}", "A forest", B),
        _datum(f"title:{D}", "Keep class weights", D),
        _datum(f"metric:{A}", "recall", A),
        _datum(f"arm:{A}/smote", "smote", A),
        _datum(f"arm:{A}/weights", "weights", A),
        _datum(f"approach:{A}", "smote", A),
        _datum(f"approach:{B}", "forest", B),
        _datum(f"verdict:{A}", "archived", A),
        _datum(f"verdict:{B}", "iterate", B),
        _datum(f"run:{A}/smote#recall", 0.83, A),
        _datum(f"run:{A}/weights#recall", 0.81, A),
        _datum(f"run:{A}/smote#precision", 0.7, A),
        _datum(f"run:{B}/forest#recall", 0.79, B),
        _datum(f"delta:{A}/weights..{A}/smote#recall", 0.02, A, goal="maximize"),
        _datum(f"delta:{A}/weights..{A}/smote#loss", float("nan"), A, goal="minimize"),
        _datum(f"delta:{A}/weights..{A}/smote#size", 3, A),
        _datum(ACROSS, -0.04, A, B, goal="maximize"),
        _datum("best:churn/recall", 0.83, A),
        _datum("trials:churn/recall", 12, A, B, unit="trials"),
        _datum("exhausted:churn/smote", "exhausted", A),
        _datum("open:churn/forest", "open", B),
        _datum("budget:churn", 40, unit="hours"),
    ):
        found.add(one)
    return found


def brief(language: str = "en", records: tuple[str, ...] = (A, B, D)) -> Brief:
    texts = {
        A: (Passage("observations", SLOW), Passage("notes", "caf\u00e9 noir")),
        B: (
            Passage("conclusion", "The forest needs\nmore data.\n\nMore."),
            Passage("notes", "\u5f88\u6162"),
        ),
        D: (Passage("decision", "We keep 2 class weights at 0.81."),),
    }
    titles = data()
    return Brief(
        page="overview",
        title="Overview",
        language=language,
        sections=(
            Section("all", "All", "Everything.", KINDS),
            Section("facts", "Facts", "Facts only.", ("fact", "quote")),
        ),
        records=tuple(
            Material(
                id=one,
                kind="decision" if one == D else "experiment",
                title=titles[f"title:{one}"].shown,
                status="accepted",
                date="2026-11-20",
                authors=("ana",),
                approach={A: "smote", B: "forest"}.get(one, ""),
                passages=texts[one],
            )
            for one in records
        ),
        data=titles,
    )


def claim(text: str, *records: str, kind: str = "fact", quotes: tuple[Quote, ...] = ()) -> Claim:
    """Return a claim that lists the data that it shows."""
    shown = dict.fromkeys(found["id"] for found in PLACEHOLDER.finditer(text))
    return Claim(kind, text, records or (A,), tuple(shown), quotes)


def page(*claims: Claim, key: str = "all") -> Claims:
    return Claims((SectionClaims(key, claims),))
