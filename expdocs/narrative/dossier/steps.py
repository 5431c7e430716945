"""The commands that run it again: code, data, environment, entry point, and the comparison.

What nobody recorded is a comment that begins with ``# ?``, never a guess.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from expdocs.narrative.dossier.case import Case, Subject
from expdocs.narrative.dossier.environments import Environment, environment_from, in_image
from expdocs.narrative.dossier.fetching import Place, code_lines, data_lines, place_of
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.launching import command_lines
from expdocs.narrative.dossier.recorded import image_of, lock_of, python_of, working_folder
from expdocs.narrative.dossier.shell import ask, line, note


class Step(NamedTuple):
    """Lines for a POSIX shell, and what they are for."""

    title: str
    lines: tuple[str, ...]


class Script(NamedTuple):
    """The steps that make some runs again, all in one shell that starts at the top of a clone.

    ``runs`` are labels; empty where one script makes all the runs of a dossier.
    """

    runs: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        """The whole script."""
        about = f"a shell of its own makes {', '.join(self.runs)}" if self.runs else ""
        head = [note(about)] if about else []
        parts = ["\n".join([note(step.title), *step.lines]) for step in self.steps]
        return "\n\n".join([*head, *parts])


def scripts_of(subject: Subject, ground: Ground) -> tuple[Script, ...]:
    """Return the commands for all runs; those that share code, data and environment share one."""
    places: dict[Place, list[Case]] = {}
    for number, case in enumerate(subject.cases):
        places.setdefault(place_of(case, ground, number), []).append(case)
    alone = len(places) == 1
    return tuple(
        Script(
            () if alone else tuple(case.label for case in cases),
            tuple(_of_place(place, cases, ground)),
        )
        for place, cases in _named(places)
    )


def _named(places: dict[Place, list[Case]]) -> list[tuple[Place, list[Case]]]:
    """Return places with folders of their own, also where two have the same commit."""
    taken: dict[str, int] = {}
    found = []
    for place, cases in places.items():
        count = taken[place.folder] = taken.get(place.folder, 0) + 1
        folder = place.folder if count == 1 else f"{place.folder}-{count}"
        found.append((place._replace(folder=folder), cases))
    return found


def _of_place(place: Place, cases: Sequence[Case], ground: Ground) -> Iterator[Step]:
    environment = _environment(cases[0])
    made = environment.make if environment else ()
    yield Step("Code", tuple(code_lines(place, cases[0], ground)))
    yield Step("Data", tuple(data_lines(place, cases[0], ground)))
    run = cases[0].run
    enter = line("cd", "/".join(filter(None, (place.folder, working_folder(run) if run else ""))))
    yield Step("Environment", (enter, *(made or _unknown(environment, cases[0]))))
    before = environment.before if environment else ""
    yield Step("Run", tuple(command_lines(cases, before, ground)))
    yield Step("Compare", tuple(_comparison(cases)))


def _environment(case: Case) -> Environment | None:
    if case.run is None:
        return None
    if image := image_of(case.run):
        return in_image(image)
    lock = lock_of(case.run)
    return environment_from(lock.path, python_of(case.run)) if lock else None


def _unknown(environment: Environment | None, case: Case) -> Iterator[str]:
    if environment is None:
        yield ask("no lock file was recorded: which packages were installed, in which versions?")
        version = python_of(case.run) if case.run else ""
        yield note(f"Python was {version}") if version else ask("which Python was it?")


def _comparison(cases: Sequence[Case]) -> Iterator[str]:
    names = {case.run.experiment_name for case in cases if case.run}
    alone = len(cases) == 1 and not cases[0].use.sweep
    if alone or len(names) != 1:
        yield line("expdocs", "evidence", "pull", "last")
    else:
        name = next(iter(names))
        pull = ("expdocs", "evidence", "pull")
        shown = name.isprintable()
        yield line(*pull, f"--experiment={name}") if shown else ask("pull the new runs")
    record = cases[0].record
    yield note("hold the values against the checklist, and keep what you find:")
    yield line("expdocs", "new", "experiment", f"Rerun of {record.id if record else 'a run'}")
    if record is not None:
        yield note(f"with this link in it: {{type: reproduces, target: {record.id}}}")
