"""Reading a synthesis page: where it comes from, its generated blocks, what people wrote there.

Generated blocks stand between two comments, ``<!-- expdocs:NAME -->`` and
``<!-- /expdocs:NAME -->``. What stands outside of them belongs to people and is never touched.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from expdocs.canonical import sha256_of
from expdocs.kinds.registry import Kind, common_schema
from expdocs.narrative.page import Request
from expdocs.records.frontmatter import ReadProblem, read_record
from expdocs.records.record import Record

KIND = "synthesis"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Review(NamedTuple):
    """Who looked a page over and when; it counts for the generated text of one digest."""

    by: str
    date: str
    body_sha256: str


class Provenance(NamedTuple):
    """Where a page comes from.

    ``inputs`` has a digest of each record and of the data that the page rests on, ``blocks`` one
    of each generated block. ``writer_key`` is what the writer's answer depended on besides;
    ``details`` are for people.
    """

    title: str
    request: Request
    provider: str
    model: str
    writer_key: Mapping[str, str]
    details: Mapping[str, str]
    page_version: str
    renderer: str
    inputs: Mapping[str, str]
    input_key: str
    claims_sha256: str
    body_sha256: str
    blocks: Mapping[str, str]
    reviewed: Review | None = None

    @property
    def stands_reviewed(self) -> bool:
        """Whether somebody reviewed what is generated now."""
        return self.reviewed is not None and self.reviewed.body_sha256 == self.body_sha256


class PageFile(NamedTuple):
    """A page that could be read: the file as a record, and where it says it comes from."""

    record: Record
    provenance: Provenance

    @property
    def generated(self) -> dict[str, str]:
        """The text of each generated block, without white space around it."""
        body = self.record.file.body
        blocks = self.record.prose.blocks
        return {one.name: stripped(body[one.inner_start : one.inner_end]) for one in blocks}

    @property
    def edited(self) -> list[str]:
        """The names of the generated blocks that are no longer as they were written."""
        now = {name: block_digest(text) for name, text in self.generated.items()}
        known = self.provenance.blocks
        return [name for name in {**known, **now} if known.get(name) != now.get(name)]


def block_digest(text: str) -> str:
    """Return a short digest of a block, whatever its line ends."""
    return sha256_of(stripped(text))[:16]


def body_digest(blocks: Sequence[tuple[str, str]]) -> str:
    """Return the digest over all generated blocks, as names and texts in the order of the page."""
    return f"sha256:{sha256_of([[name, stripped(text)] for name, text in blocks])}"


def stripped(text: str) -> str:
    """Return text with plain line ends, and no white space at their ends or around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


# --- reading


def read_page(path: str, content: bytes) -> PageFile:
    """Read a page; raises ``ReadProblem``."""
    file = read_record(content)
    record = Record(path, synthesis_kind(), file)
    found = next(iter(record.kind.validator.errors(record.data)), None)
    if found is not None:
        place = record.locate(found.place, on_key=found.on_key)
        raise ReadProblem("", found.message, found.hint, *place)
    for problem in record.prose.block_problems:
        place = record.locate_body(problem.start)
        raise ReadProblem("", problem.message, "restore the comment", *place)
    return PageFile(record, _provenance(record.data))


def _provenance(data: Mapping[str, Any]) -> Provenance:
    writer, review = data["writer"], data.get("reviewed")
    return Provenance(
        title=data["title"],
        request=_request(data),
        provider=writer["provider"],
        model=writer.get("model", ""),
        writer_key=writer.get("key", _NOTHING),
        details=writer.get("details", _NOTHING),
        page_version=data["versions"]["page"],
        renderer=data["versions"]["renderer"],
        inputs=data["inputs"],
        input_key=data["input_key"],
        claims_sha256=data["claims_sha256"],
        body_sha256=data["body_sha256"],
        blocks=data["blocks"],
        reviewed=Review(**review) if review else None,
    )


def _request(data: Mapping[str, Any]) -> Request:
    asked: dict[str, Any] = dict(data.get("request", {}))
    asked.update({key: tuple(asked[key]) for key in ("tags", "approaches") if key in asked})
    return Request(page=data["page"], language=data["language"], **asked)


@cache
def synthesis_kind() -> Kind:
    """Return the reserved kind of synthesis pages, which has no template and no lifecycle."""
    schema = json.loads(Path(__file__).with_name("synthesis.schema.json").read_bytes())
    return Kind(
        name=KIND,
        version=1,
        title="Synthesis page",
        plural="Synthesis",
        prefix="",
        folder="",
        statuses=(),
        sections=(),
        links={},
        columns=(),
        mutable=frozenset(),
        four_eyes=False,
        unknowns_refused=False,
        schema=schema,
        template="",
        origin="shipped",
        common=common_schema(),
    )
