"""What a run's code tree was computed without, as the run recorded it; which files are sources.

``code_tree_without`` names record roots (``journal``), files that stages write
(``out:metrics.json``), and names that count at any depth: ``**/dvc.lock``, ``**/*.ipynb``,
``**/__pycache__/`` for a folder. A bare ``dvc.lock`` is the old form of ``**/dvc.lock``.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from functools import lru_cache
from typing import NamedTuple

_ANYWHERE, _OUT, _LOCK = "**/", "out:", "dvc.lock"
_SOURCE_NAMES = frozenset({b"Makefile", b"Snakefile", b"Dockerfile", b"Justfile"})
_SOURCE_ENDINGS = (
    *(b".py", b".pyi", b".pyx", b".pxd", b".R", b".r", b".jl", b".c", b".h", b".cc", b".cpp"),
    *(b".cxx", b".hpp", b".cu", b".cuh", b".go", b".rs", b".java", b".scala", b".kt", b".cs"),
    *(b".js", b".ts", b".lua", b".m", b".f90", b".swift", b".sh", b".bash", b".ps1", b".sql"),
    *(b".stan", b".nf", b".smk"),
)


class Names(NamedTuple):
    """Names that are left out at any depth: of files, by their endings, and of folders."""

    files: frozenset[str] = frozenset({_LOCK})
    endings: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()

    def hold(self, name: str, *, folder: bool) -> bool:
        """Whether an entry of this name is left out."""
        if folder:
            return name in self.folders
        return name in self.files or name.endswith(self.endings)


LOCKS = Names()


class LeftOut(NamedTuple):
    """What is left out: record roots, outs of stages, names at any depth."""

    roots: frozenset[str]
    outs: frozenset[str]
    names: Names


@lru_cache(maxsize=64)
def parse_left_out(recorded: frozenset[str]) -> LeftOut:
    """Read what a run recorded."""
    anywhere = {text.removeprefix(_ANYWHERE) for text in recorded if text.startswith(_ANYWHERE)}
    outs = {text.removeprefix(_OUT) for text in recorded if text.startswith(_OUT)}
    roots = {text for text in recorded if not text.startswith((_ANYWHERE, _OUT)) and text != _LOCK}
    folders = {text.rstrip("/") for text in anywhere if text.endswith("/")}
    endings = {text[1:] for text in anywhere if text.startswith("*") and len(text) > 1}
    files = {text for text in anywhere if not text.startswith("*") and not text.endswith("/")}
    names = Names(frozenset({_LOCK, *files}), tuple(sorted(endings)), frozenset(folders))
    return LeftOut(frozenset(roots), frozenset(outs), names)


def is_source(name: bytes) -> bool:
    """Whether a file of this name is source code, which runs read and seldom write."""
    return name.endswith(_SOURCE_ENDINGS) or name in _SOURCE_NAMES
