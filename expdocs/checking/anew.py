"""Judging what changed, and what asked about it."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from expdocs.checking.changes import COMMIT, NO_CHANGES, NONE, Changes
from expdocs.checking.checker import Checked, Checker
from expdocs.checking.memory import Memory
from expdocs.checking.passes import first_pass, second_pass
from expdocs.files import Entry
from expdocs.objects import FULL_SHA
from expdocs.records.outline import Outline
from expdocs.rules.choice import Said
from expdocs.workspace import Workspace


class Anew(NamedTuple):
    """A whole check: what was said, the rows to keep, and what git and the disk were asked.

    ``git`` maps each object id to the answer that the judgements rest on.
    """

    said: list[Said]
    rows: str
    git: dict[str, str]
    disk: set[str]


class _Row(NamedTuple):
    outline: Outline
    line: str

    @property
    def asked(self) -> list[str]:
        return self.line.partition("\t")[0].split(" ")


def judge_anew(
    workspace: Workspace,
    entries: Sequence[Entry],
    before: Memory | None = None,
    changes: Changes = NO_CHANGES,
) -> Anew:
    """Check record files; what is remembered stands where nothing that it rests on changed."""
    present = {entry.path: entry for entry in entries}
    known = {row.outline.path: row for row in _rows(before.rows)} if before else {}
    stale = [e for e in entries if e.path in changes.files or e.path not in known]
    checker = Checker(workspace, present)
    judged = first_pass(workspace, checker, stale, present)
    fresh = {checked.outline.path: checked for checked in judged}
    kept = {path: known[path] for path in known if path in present and path not in fresh}

    outlines = [row.outline for row in kept.values()] + [c.outline for c in fresh.values()]
    index = checker.index(outlines)
    open_ones = [
        path
        for path, one in fresh.items()
        if not (one.complete and index.bears_out(one.outline, one.asked))
    ]
    touched = _touched(kept, changes.questions | _of_outlines(known, kept, fresh))
    again = [present[path] for path in (*open_ones, *touched)]
    fresh |= {c.outline.path: c for c in second_pass(workspace, index, checker, again)}
    return _whole(before, changes, kept, fresh)


def _of_outlines(
    known: Mapping[str, _Row], kept: Mapping[str, _Row], fresh: Mapping[str, Checked]
) -> set[str]:
    """Return the questions that have another answer because records came, went or changed."""
    if not kept:
        return set()
    old = {row.outline for path, row in known.items() if path not in kept}
    new = {checked.outline for checked in fresh.values()}
    return {question for outline in old ^ new for question in outline.questions}


def _touched(kept: Mapping[str, _Row], questions: Iterable[str]) -> list[str]:
    hashes = {_hash(question) for question in questions}
    return [path for path, row in kept.items() if not hashes.isdisjoint(row.asked)]


def _whole(
    before: Memory | None,
    changes: Changes,
    kept: Mapping[str, _Row],
    fresh: Mapping[str, Checked],
) -> Anew:
    said = [s for s in (before.said if before else ()) if s.path in kept and s.path not in fresh]
    said += [Said(path, one.notes, one.judgement) for path, one in fresh.items()]
    # Whoever still asks for what has another answer now was judged anew and says so below.
    answers = before.git.items() if before else ()
    git = {sha: answer for sha, answer in answers if f"git:{sha}" not in changes.questions}
    disk = set(before.disk) if before else set()
    asked = answers_in({question for one in fresh.values() for question in one.asked})
    git, disk = git | asked[0], disk | asked[1]
    rows = [row.line for path, row in kept.items() if path not in fresh]
    rows += [_line(one) for one in fresh.values()]
    return Anew([one for one in said if one.anything], "\n".join(rows), git, disk)


def answers_in(questions: Iterable[str]) -> tuple[dict[str, str], set[str]]:
    """Return what git was asked with its answers, and which files outside of the tree were."""
    git, disk = {}, set()
    for question in questions:
        subject, _, name = question.partition(":")
        sha, _, answer = name.partition(" ")
        if subject == "git" and FULL_SHA.match(sha):
            git[sha] = answer or COMMIT
        elif subject == "disk":
            disk.add(name)
    return git, disk


def _rows(text: str) -> Iterable[_Row]:
    lines = [line for line in text.split("\n") if line]
    outlines = json.loads("[" + ",".join([line.partition("\t")[2] for line in lines]) + "]")
    for line, (path, id_, status, *lists) in zip(lines, outlines, strict=True):
        yield _Row(Outline(path, id_, status, *map(tuple, lists)), line)


def _line(checked: Checked) -> str:
    asked = " ".join(_hash(question) for question in checked.asked)
    return f"{asked}\t{json.dumps(checked.outline)}"


def _hash(question: str) -> str:
    """Return a short hash: two questions with the same one cost a judgement, and no more."""
    plain = question.removesuffix(f" {NONE}") if question.startswith("git:") else question
    return f"{zlib.crc32(plain.encode('utf-8', 'surrogatepass')):x}"
