"""The files of the working tree as git would commit them: a list that thirty thousand may be in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from expdocs.run_context.git import fields

# Its --format would print nothing but what is wanted, but quotes paths in spite of -z.
LISTING = ("ls-tree", "-r", "-z", "--full-tree")
DIFFERENCES = ("diff-index", "--cached", "-z", "--raw", "--no-renames")
SOURCES = (
    *(".py", ".pyi", ".pyx", ".pxd", ".R", ".r", ".jl", ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp"),
    *(".cu", ".cuh", ".go", ".rs", ".java", ".scala", ".kt", ".cs", ".js", ".ts", ".lua", ".m"),
    *(".f90", ".swift", ".sh", ".bash", ".ps1", ".sql", ".stan", ".nf", ".smk"),
)
SOURCE_NAMES = ("Makefile", "Snakefile", "Dockerfile", "Justfile")

_FILE, _MODULE = b"100644 blob ", b"160000 commit "
SOURCE_ENDINGS = frozenset(end.encode() for end in SOURCES)
_SOURCE_NAMES = frozenset(name.encode() for name in SOURCE_NAMES)


Endings = frozenset[bytes]


class Files:
    """Objects and paths, in the order of the paths; lists in place of values, for the time.

    ``looked_for`` are the groups of endings that will be asked for: they are sorted out at once,
    while git is still busy.
    """

    def __init__(self, listing: bytes, looked_for: Sequence[Endings] = ()) -> None:
        """``listing`` is what git prints by ``LISTING``."""
        self._listing = listing
        lines = fields(listing)
        if b" commit " in listing:  # of submodules, whose objects begin further on
            lines = [_FILE + one[len(_MODULE) :] if one[:14] == _MODULE else one for one in lines]
        self._lines = lines
        # mode, type, object and a tab stand before each path, all of one length
        self._start = lines[0].index(b"\t") + 1 if lines else 0
        ends = [line[line.rfind(b".") :] for line in lines]
        self._groups: dict[Endings, list[bytes]] = {}
        for wanted in (*looked_for, SOURCE_ENDINGS):
            pairs = zip(lines, ends, strict=True)
            self._groups[wanted] = [line for line, end in pairs if end in wanted]

    def change(self, changed: Mapping[bytes, str]) -> None:
        """Put other objects in the place of files, or take them out where there is none."""
        for path, sha in changed.items():
            line = _FILE + sha.encode() + b"\t" + path
            self._start = self._start or len(line) - len(path)
            end = path[path.rfind(b".") :]
            groups = (group for wanted, group in self._groups.items() if end in wanted)
            for lines in (self._lines, *groups):
                at = self._at(path, lines)
                there = sum(self._path(known) == path for known in lines[at : at + 1])
                lines[at : at + there] = [line] if sha else []
        self._listing += b"\0".join(path for path, sha in changed.items() if sha)

    def ending(self, ends: Endings) -> list[bytes]:
        """Return the paths that have one of the ``ends`` from their last dot on."""
        return [line[self._start :] for line in self._groups[ends]]

    def below(self, name: bytes) -> list[bytes]:
        """Return the paths in folders of a name, and maybe some others."""
        part = name + b"/"
        if part not in self._listing:
            return []
        return [line[self._start :] for line in self._lines if part in line]

    def holds(self, path: bytes) -> bool:
        """Whether there is such a file, or a folder with files in it."""
        places = [self._at(one, self._lines) for one in (path, path + b"/")]
        found = [self._path(line) for at in places for line in self._lines[at : at + 1]]
        return any(one == path or one.startswith(path + b"/") for one in found)

    def sources(self, records: Sequence[str]) -> bytes:
        """Return object and path of each source file outside the records."""
        lines = self._groups[SOURCE_ENDINGS][:]
        if any(name in self._listing for name in _SOURCE_NAMES):
            lines = sorted({*lines, *filter(self._named, self._lines)}, key=self._path)
        for root in records:  # what begins with "/" ends before what begins with "0"
            first, last = (self._at(root.encode() + end, lines) for end in (b"/", b"0"))
            del lines[first:last]
        start = len(_FILE)
        told = b"\0".join([*[one[start:] for one in lines], b""])
        if told.count(b"\t") == len(lines):
            return told.replace(b"\t", b" ")
        # a path holds a tab
        return b"".join([one[start:].replace(b"\t", b" ", 1) + b"\0" for one in lines])

    def _named(self, line: bytes) -> bool:
        return line[self._start :].rpartition(b"/")[2] in _SOURCE_NAMES

    def _at(self, path: bytes, lines: Sequence[bytes]) -> int:
        return bisect_left(lines, path, key=self._path)

    def _path(self, line: bytes) -> bytes:
        return line[self._start :]


def is_source(path: bytes) -> bool:
    """Whether a file is a source by its name."""
    return path[path.rfind(b".") :] in SOURCE_ENDINGS or path.rpartition(b"/")[2] in _SOURCE_NAMES


def changes(listing: bytes) -> dict[bytes, str]:
    """Return what git prints by ``DIFFERENCES``: each path with its new object."""
    found = {}
    listed = fields(listing)
    for described, path in zip(listed[::2], listed[1::2], strict=True):
        _, _, _, sha, status = described.split(b" ")
        found[path] = "" if status == b"D" else sha.decode()
    return found
