"""All that a dossier holds, computed once for a page, a terminal or another program."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from typing import NamedTuple

from expdocs.narrative.dossier.case import Subject
from expdocs.narrative.dossier.checklist import Point, checklist_of
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.questions import Question, questions_of
from expdocs.narrative.dossier.rubric import Rubric, rubric_of
from expdocs.narrative.dossier.setup import Item, setup_of
from expdocs.narrative.dossier.steps import Script, scripts_of


class Dossier(NamedTuple):
    """What is known of the set-up, how to run it again, how to compare, what is proven and open."""

    subject: Subject
    setup: tuple[Item, ...]
    scripts: tuple[Script, ...]
    checklist: tuple[Point, ...]
    rubric: Rubric
    questions: tuple[Question, ...]


def dossier_of(subject: Subject, ground: Ground) -> Dossier:
    """Return the dossier of a record or a run."""
    rubric = rubric_of(subject, ground)
    return Dossier(
        subject,
        setup_of(subject, ground),
        scripts_of(subject, ground),
        checklist_of(subject, ground),
        rubric,
        questions_of(subject, rubric, ground),
    )
