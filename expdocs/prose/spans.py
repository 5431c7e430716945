"""What a scan finds in a body; every offset counts code points from the body's start."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from typing import Literal, NamedTuple

NUMBER_SCHEMES = ("run", "delta", "ratio", "mean", "sd", "count")
SCHEMES = (*NUMBER_SCHEMES, "git", "dvc")


class Citation(NamedTuple):
    """``[text](scheme:target)``: a shown text bound to its source."""

    start: int
    end: int
    text: str
    text_start: int
    scheme: str
    target: str
    target_start: int


class Stray(NamedTuple):
    """One of our schemes in a link-like place that is no well-formed citation."""

    start: int
    end: int
    text: str
    reason: str


class Link(NamedTuple):
    """An ordinary link; ``target`` is unescaped as a browser gets it, the offsets are raw.

    The text of a link may hold an image, so links may nest, but never partly overlap.
    """

    start: int
    end: int
    text: str
    target: str
    target_start: int
    target_end: int
    kind: Literal["link", "image", "autolink", "definition"]


class Heading(NamedTuple):
    """A top-level heading; ``end`` is the end of its last line, the title lacks comments."""

    start: int
    end: int
    level: int
    title: str


class Block(NamedTuple):
    """A generated block from its opening to its closing comment, both included."""

    name: str
    start: int
    end: int
    inner_start: int
    inner_end: int


class BlockProblem(NamedTuple):
    """A block marker that does not fit, and why."""

    start: int
    end: int
    message: str


class IdMention(NamedTuple):
    """A bare record id in the text."""

    start: int
    end: int
    id: str


class Passage(NamedTuple):
    """A run of inline text: a paragraph, an item's paragraph, a heading or one table row."""

    start: int
    end: int
    kind: Literal["text", "heading", "row"]


class UncitedNumber(NamedTuple):
    """A number without a source in a sentence that names the metric ``name``."""

    start: int
    end: int
    text: str
    name: str


class Prose(NamedTuple):
    """All that ``scan`` finds; each tuple is in order of start.

    Within a tuple spans do not overlap (links may nest). Across tuples a code span may stand
    inside a citation's or link's text, and anything may stand inside a block.
    """

    citations: tuple[Citation, ...]
    strays: tuple[Stray, ...]
    headings: tuple[Heading, ...]
    blocks: tuple[Block, ...]
    block_problems: tuple[BlockProblem, ...]
    record_ids: tuple[IdMention, ...]
    template_marks: tuple[tuple[int, int], ...]
    comments: tuple[tuple[int, int], ...]
    code: tuple[tuple[int, int], ...]
    links: tuple[Link, ...]
    passages: tuple[Passage, ...]
