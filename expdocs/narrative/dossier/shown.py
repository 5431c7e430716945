"""A dossier as tables and listings, for pages and terminals alike."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterable, Iterator

from expdocs.narrative.blocks import Block, Listing, Table
from expdocs.narrative.catalogue import Catalogue, catalogue
from expdocs.narrative.dossier.dossier import Dossier
from expdocs.narrative.dossier.rubric import GROUPS
from expdocs.narrative.dossier.wording import some

NAME = "dossier"


def blocks_of(dossier: Dossier, language: str) -> tuple[Block, ...]:
    """Return what code adds to each section of a dossier."""
    words = catalogue(NAME, language)
    rubric = dossier.rubric
    checks = [
        (f"{one.id}: {one.asks}", str(one.weight), one.verdict, one.reason, some(one.evidence))
        for one in rubric.results
    ]
    asked = [
        (one.asks, one.owner, one.why, f"{one.check}: {one.known}") for one in dossier.questions
    ]
    setup = [
        (one.what, one.value, one.source, one.verdict, ", ".join(one.runs)) for one in dossier.setup
    ]
    return (
        *_table("setup", words, setup),
        *(Listing("steps", "sh", script.text) for script in dossier.scripts),
        *_table("match", words, dossier.checklist),
        _score(dossier, words),
        *_table("checks", words, checks, "rubric"),
        *_table("questions", words, asked),
    )


def _table(
    name: str, words: Catalogue, rows: Iterable[tuple[str, ...]], section: str = ""
) -> Iterator[Table]:
    """Yield a table where it has rows."""
    listed = tuple(tuple(row) for row in rows)
    if listed:
        header = tuple(words.say(f"table_{name}").split("|"))
        yield Table(section or name, header, listed)


def _score(dossier: Dossier, words: Catalogue) -> Table:
    rubric = dossier.rubric
    rows = [(words.say("level"), str(rubric.level)), (words.say("score"), str(rubric.score))]
    rows += [(words.say(group), str(rubric.subscore(group))) for group in GROUPS.values()]
    rows.append((words.say("rerun_by_others"), f"{rubric.rerun.verdict}: {rubric.rerun.reason}"))
    if rubric.level.missing:
        rows.append((words.say("missing"), ", ".join(rubric.level.missing)))
    return Table("rubric", tuple(words.say("table_score").split("|")), tuple(rows))
