"""The corpus: every record of a repository, found by id, with links in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from expdocs.config import Settings
from expdocs.files import Entry, Files, Unreadable
from expdocs.findings import Finding, Severity
from expdocs.kinds.registry import Registry
from expdocs.records.frontmatter import MAX_FILE, ReadProblem, RecordFile, read_record, too_large
from expdocs.records.index import Index
from expdocs.records.links import Link, links_of
from expdocs.records.outline import Outline, id_of_file, outline_of
from expdocs.records.record import Record
from expdocs.yamlnodes import Scalar


@dataclass(frozen=True, eq=False, repr=False)
class Corpus:
    """All records that could be read, and the findings about the files that could not."""

    settings: Settings
    registry: Registry
    records: tuple[Record, ...]
    findings: tuple[Finding, ...] = ()
    unread: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def by_id(self) -> Mapping[str, Record]:
        """The records by id; where two share one, the first by path."""
        return {record.id: record for record in reversed(self.records) if record.id}

    @cached_property
    def by_alias(self) -> Mapping[str, Record]:
        """The records by the ids that they had before."""
        return {old: r for r in reversed(self.records) for old in r.texts_of("aliases")}

    @cached_property
    def by_path(self) -> Mapping[str, Record]:
        """The records by path."""
        return {record.path: record for record in self.records}

    @cached_property
    def index(self) -> Index:
        """What records may ask of each other."""
        outlines = [*(outline_of(r) for r in self.records), *(Outline(p) for p in self.unread)]
        return Index(outlines, self.by_path.get)

    @cached_property
    def unread_ids(self) -> frozenset[str]:
        """Ids that only a file's name tells, because its content does not."""
        paths = {*self.unread, *(r.path for r in self.records if not r.id)}
        return frozenset(found for path in paths if (found := id_of_file(path)))

    def find(self, record_id: str) -> Record | None:
        """Return the record with this id, also under an id that it had before."""
        return self.by_id.get(record_id) or self.by_alias.get(record_id)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link, in the order of records and places."""
        return tuple(link for record in self.records for link in links_of(record))

    @cached_property
    def links_from(self) -> Mapping[str, tuple[Link, ...]]:
        """The links by the id of the record that holds them."""
        return _grouped((link.source, link) for link in self.links)

    @cached_property
    def links_to(self) -> Mapping[str, tuple[Link, ...]]:
        """The links by the id of the record that they lead to, old ids followed."""
        pairs = ((self.find(link.target), link) for link in self.links)
        return _grouped((record.id, link) for record, link in pairs if record)


def _grouped(pairs: Iterable[tuple[str, Link]]) -> Mapping[str, tuple[Link, ...]]:
    groups: dict[str, list[Link]] = {}
    for key, link in pairs:
        groups.setdefault(key, []).append(link)
    return {key: tuple(links) for key, links in groups.items()}


def load_corpus(files: Files, settings: Settings, registry: Registry) -> Corpus:
    """Read every record under the record roots."""
    records: list[Record] = []
    findings: list[Finding] = []
    unread: set[str] = set()
    for entry in files.list(settings.records):
        if entry.path in settings.records:
            findings.append(no_folder(entry.path))
        if not settings.is_record(entry.path):
            continue
        found, said = load_record(entry, files, registry)
        findings += said
        if found is None:
            unread.add(entry.path)
        else:
            records.append(found)
    return Corpus(settings, registry, tuple(records), tuple(findings), frozenset(unread))


def no_folder(root: str) -> Finding:
    """Return the finding about a record folder that is none."""
    message = f"the record folder {root} is a file, a symbolic link or a submodule"
    return Finding(root, 1, 1, "REC104", message, "make it a folder that git tracks")


def load_record(
    entry: Entry, files: Files, registry: Registry
) -> tuple[Record | None, list[Finding]]:
    """Read one file; a file that is no record gives None and the finding that says why."""
    path = entry.path
    try:
        file = read_record(_content(entry, files))
        record, problem = _of_kind(path, file, registry)
    except ReadProblem as error:
        return None, [_finding(path, error)]
    return record, [*_notes(path, file), *([problem] if problem else [])]


def _content(entry: Entry, files: Files) -> bytes:
    if not entry.regular:
        raise ReadProblem(
            "REC104",
            "this is a symbolic link or a submodule, not a file",
            "put the record itself here",
        )
    if entry.size is not None and entry.size > MAX_FILE:
        raise too_large(entry.size)
    try:
        content = files.read(entry.path)
    except Unreadable as error:
        raise ReadProblem("REC104", error.message, error.hint) from error
    if content is None:
        raise ReadProblem("REC104", "the file cannot be read", "check that it exists")
    return content


def _of_kind(
    path: str, file: RecordFile, registry: Registry
) -> tuple[Record | None, Finding | None]:
    node = file.root.entries.get("kind")
    known = ", ".join(registry.names())
    if node is None or (isinstance(node, Scalar) and not node.value):
        line, column = (1, 1) if node is None else _place(file, file.root.keys["kind"].start)
        message, hint = "'kind' is missing", f"write one of: {known}"
        return None, Finding(path, line, column, "REC201", message, hint)
    name = node.value if isinstance(node, Scalar) else ""
    kind = registry.get(name)
    if kind is None:
        line, column = _place(file, node.start)
        shown = f"'{name[:40]}'" if name else "this"
        message = f"{shown} is no kind of record"
        return None, Finding(path, line, column, "REC121", message, f"write one of: {known}")
    return Record(path, kind, file), None


def _place(file: RecordFile, offset: int) -> tuple[int, int]:
    text = file.text[: file.yaml_start + offset]
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _notes(path: str, file: RecordFile) -> list[Finding]:
    notes = []
    if file.bom:
        message = "the file begins with a byte order mark"
        notes.append(Finding(path, 1, 1, "REC106", message, "run: expdocs fix"))
    if file.crlf_at is not None:
        line, column = _place(file, file.crlf_at - file.yaml_start)
        message = "the line ends are CRLF"
        hint = "run: expdocs fix, and let .gitattributes say `*.md text eol=lf`"
        notes.append(Finding(path, line, column, "REC107", message, hint, Severity.WARNING))
    return notes


def _finding(path: str, error: ReadProblem) -> Finding:
    return Finding(path, error.line, error.column, error.rule, error.message, error.hint)
