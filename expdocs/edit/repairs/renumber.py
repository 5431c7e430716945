"""Giving a record another id: its file, the record itself, and everything that refers to it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import NamedTuple

from expdocs.edit.repairs.mended import Mended
from expdocs.edit.repairs.references import Renamed, Site, links_to_file, sites
from expdocs.edit.repairs.standing import Standing
from expdocs.edit.scaffold import free_id
from expdocs.edit.source import Edit, apply_edits, content_end
from expdocs.errors import Refused
from expdocs.records.record import Record
from expdocs.rules.identity import named
from expdocs.workspace import Workspace
from expdocs.yamlnodes import YamlSequence

NewId = Callable[[Record], str]


class Renumbered(NamedTuple):
    """A record's new name, the texts that change with it, and what a person has to look at."""

    renamed: Renamed
    texts: Mapping[str, Mended]
    notes: tuple[str, ...] = ()


class Renumbering:
    """Renumbers records of one state of the repository.

    ``records`` are as they are to be written, ``texts`` what stands in their files now.
    """

    def __init__(
        self, records: Sequence[Record], texts: Mapping[str, str], standing: Standing, new_id: NewId
    ) -> None:
        self._records = records
        self._texts = texts
        self._standing = standing
        self._new_id = new_id

    def newcomers(self, sharing: Sequence[Record]) -> list[Record]:
        """Return which of the records that share an id get another; raises ``Refused``."""
        shared = f"{sharing[0].id} is shared by {' and '.join(one.path for one in sharing)}"
        settled = [record for record in sharing if self._standing.has(record)]
        if len(settled) > 1:
            message = f"{shared}, and more than one of them is on {self._standing.name}"
            raise Refused(message, "give one of them another id by hand")
        if not settled:
            message = f"{shared}, and none of them is on {self._standing.name}"
            raise Refused(message, "choose: expdocs fix --renumber PATH")
        return [record for record in sharing if record is not settled[0]]

    def renumber(self, record: Record, sharing: Sequence[Record]) -> Renumbered:
        """Give a record a free id; ``sharing`` are the others of its old one.

        Where there are such others the old id stays theirs, and only references that cannot mean
        them are changed; else all are, and the record keeps the old id as an alias.
        Raises ``Refused`` where the record, or what refers to it, may not change any more.
        """
        if record.frozen:
            raise Refused(f"{record.path} was accepted under {record.id}, so its id stays")
        if self._standing.has(record):
            hint = "others may cite it: only a record that this branch adds is renumbered"
            raise Refused(f"{self._standing.name} has {record.id} already", hint)
        new_id = self._new_id(record)
        path = PurePosixPath(named(record))
        new_path = str(path.with_name(path.name.replace(record.id, new_id, 1)))
        renamed = Renamed(record.path, new_path, record.id, new_id)
        if sharing:
            return self._apart(record, sharing, renamed)
        return self._with_alias(record, renamed)

    # --- nobody else has the id

    def _with_alias(self, record: Record, renamed: Renamed) -> Renumbered:
        texts = {}
        keeps_alias = "aliases" in record.kind.properties
        for other in self._records:
            found = sites(other, renamed.id)
            follows = any(links_to_file(other, renamed.path))
            if other.frozen and (follows or (found and not keeps_alias)):
                message = f"{other.path} was accepted and leads to {record.path}"
                raise Refused(message, "an accepted record does not change")
            if found and not other.frozen and other is not record:
                texts[other.path] = _referring(other, found, renamed)
        own = sites(record, renamed.id)
        texts[record.path] = _renumbered(record, own, renamed, keeps_alias=keeps_alias)
        return Renumbered(renamed, texts)

    # --- another record has the id, too

    def _apart(self, record: Record, sharing: Sequence[Record], renamed: Renamed) -> Renumbered:
        texts, notes = {}, []
        for other in self._records:
            if other in sharing:
                continue
            mine, unclear = self._meant(other, record, sharing, renamed.id)
            if other.frozen and (mine or unclear or any(links_to_file(other, renamed.path))):
                message = f"{other.path} was accepted and may refer to {record.path}"
                raise Refused(message, "an accepted record does not change")
            if other is record:
                texts[other.path] = _renumbered(other, mine, renamed, keeps_alias=False)
            elif mine:
                texts[other.path] = _referring(other, mine, renamed)
            notes += [_unclear(other, site, renamed, sharing[0]) for site in unclear]
        return Renumbered(renamed, texts, tuple(notes))

    def _meant(
        self, other: Record, record: Record, sharing: Sequence[Record], record_id: str
    ) -> tuple[list[Site], list[Site]]:
        """Return the references that mean the record, and those that may mean either."""
        found = sites(other, record_id)
        if not found:
            return [], []
        owners = [record.path, *(one.path for one in sharing)]
        text = self._texts[other.path]
        told = self._standing.told_of_one(other.path, text, owners, record_id)
        if not told and self._standing.has_text(other.path, text):
            told = sharing[0].path
        by_label = {site: _by_label(site, record, sharing) or told for site in found}
        mine = [site for site, path in by_label.items() if path == record.path]
        return mine, [site for site, path in by_label.items() if not path]


def _by_label(site: Site, record: Record, sharing: Sequence[Record]) -> str:
    """Return the path of the one record that has the label of a citation, or an empty text."""
    having = [one.path for one in (record, *sharing) if site.label and site.label in one.labels]
    return having[0] if len(having) == 1 else ""


def _unclear(other: Record, site: Site, renamed: Renamed, owner: Record) -> str:
    line, column = other.lines.at(site.start)
    path = renamed.new_path if other.path == renamed.path else other.path
    return (
        f"{path}:{line}:{column}: {renamed.id} may mean either record and leads to {owner.path}; "
        f"write {renamed.new_id} if the other is meant"
    )


def _edits(found: Iterable[Site], renamed: Renamed) -> list[Edit]:
    return [Edit(site.start, site.end, renamed.new_id) for site in found]


def _referring(record: Record, found: Sequence[Site], renamed: Renamed) -> Mended:
    text = apply_edits(record.file.text, _edits(found, renamed))
    times = f"{len(found)} times" if len(found) > 1 else "once"
    return Mended(text, (f"{renamed.id} written as {renamed.new_id} {times}",))


def _renumbered(
    record: Record, found: Sequence[Site], renamed: Renamed, *, keeps_alias: bool
) -> Mended:
    node = record.file.root.entries["id"]
    start = record.file.yaml_start + node.start
    at = record.file.text.index(renamed.id, start)
    edits = [Edit(at, at + len(renamed.id), renamed.new_id), *_edits(found, renamed)]
    if keeps_alias:
        edits.append(_alias(record, renamed.id))
    text = apply_edits(record.file.text, edits)
    return Mended(text, (f"renumbered from {renamed.id} to {renamed.new_id}",))


def _alias(record: Record, old_id: str) -> Edit:
    """Return the edit that adds an id to the aliases, in the form that stands there."""
    file, text = record.file, record.file.text
    newline = "\r\n" if file.crlf_at is not None else "\n"
    node = file.root.entries.get("aliases")
    if node is None:
        return Edit(file.yaml_end, file.yaml_end, f"aliases: [{old_id}]{newline}")
    start = file.yaml_start + node.start
    if not isinstance(node, YamlSequence):
        colon = text.index(":", file.yaml_start + file.root.keys["aliases"].end)
        return Edit(colon + 1, max(colon + 1, file.yaml_start + node.end), f" [{old_id}]")
    if text[start] == "[":
        end = file.yaml_start + node.end - 1
        return Edit(end, end, f", {old_id}" if node.items else old_id)
    end = file.yaml_start + content_end(node, text[file.yaml_start :])
    _, column = record.lines.at(start)
    return Edit(end, end, f"{newline}{' ' * (column - 1)}- {old_id}")


def drawing(workspace: Workspace, texts: Mapping[str, str]) -> NewId:
    """Return what draws a free id for a record, the same one for the same record and text.

    So ``--diff`` shows the id that is then written, and two branches still draw different ones.
    """
    drawn: list[str] = []

    def draw(record: Record) -> str:
        named_so = os.fsencode(record.path)
        seed = hashlib.sha256(named_so + b"\0" + texts[record.path].encode("utf-8")).digest()

        def choose(free: Sequence[str]) -> str:
            left = [one for one in free if one not in drawn]
            if not left:
                raise Refused(f"all ids of {record.id[:-3]}… are taken")
            return left[int.from_bytes(seed) % len(left)]

        drawn.append(free_id(record.kind, _day(record), workspace, choose))
        return drawn[-1]

    return draw


def _day(record: Record) -> date:
    try:
        return date.fromisoformat(record.id[-14:-4])
    except ValueError as error:
        raise Refused(f"{record.path}: the id {record.id} holds no day") from error
