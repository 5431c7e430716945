"""The commands that start the runs again, each once for all the runs that it makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import isabs, join, normpath, relpath

from expdocs.evidence.commits import Commits
from expdocs.evidence.neighbours import Unread
from expdocs.narrative.dossier.case import Case
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.recorded import command_of, seeds_of, working_folder
from expdocs.narrative.dossier.shell import ask, line, note, recorded

_SCRIPTS = (".py", ".sh", ".R", ".r", ".jl", ".ipynb")


def command_lines(cases: Sequence[Case], before: str, ground: Ground) -> Iterator[str]:
    """Yield the recorded commands, ``before`` each what runs it in its environment."""
    made: dict[tuple[str, ...], list[str]] = {}
    for case in cases:
        made.setdefault(tuple(_of_run(case, before, ground)), []).append(case.label)
    for lines, labels in made.items():
        if len(cases) > 1:
            yield note(f"gives {', '.join(labels)}")
        yield from lines


def _of_run(case: Case, before: str, ground: Ground) -> Iterator[str]:
    if case.run is None:
        yield ask(f"which command started {case.label}? {case.problem}")
        return
    found = command_of(case.run)
    if found.problem:
        yield ask(f"which command started {case.label}? {found.problem}")
        return
    there, sha = ground.commits.of(case.use.commit)
    arguments = list(found.arguments)
    if not isinstance(there, Unread) and there.commit(sha) is not None:
        yield from _located(arguments, case, there, sha)
    seeds = [f"{name}={value}" for name, value in seeds_of(case.run).items()]
    words = [before, line("env", *seeds) if seeds else "", recorded(arguments)]
    yield " ".join(word for word in words if word)


def _located(arguments: list[str], case: Case, commits: Commits, sha: str) -> Iterator[str]:
    """Yield what is to be known of the script; one of another machine is named as it is here."""
    at = next((n for n, one in enumerate(arguments) if one.endswith(_SCRIPTS)), 0)
    script, folder = arguments[at], working_folder(case.run) if case.run else ""
    if not at or commits.has_path(sha, normpath(join(folder, script))):
        return
    parts = script.split("/")
    ends = ("/".join(parts[n:]) for n in range(1, len(parts))) if isabs(script) else iter(())
    known = next((end for end in ends if end and commits.has_path(sha, end)), None)
    if known is None:
        yield ask(f"in which folder was it started? the commit does not hold {script} there")
    else:
        yield note(f"recorded as {script}")
        arguments[at] = relpath(known, folder or ".")
