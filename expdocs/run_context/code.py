"""The code that a run starts from: the tree of the working files, as git would commit them now.

Left out are the folders of records, files whose names say that they are generated, and what
stages of DVC write into the working tree: such files change between a run's start and its commit
though its code does not. What was left out is named in a tag, so that a commit is held against
the run without the same files. The digest of the sources covers them wherever they stand.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence

from expdocs.run_context.files import Files, is_source
from expdocs.run_context.git import Git
from expdocs.run_context.tagtext import TAG_CHARACTERS, compact
from expdocs.run_context.trees import without

# Names at any depth; a slash at the end means a folder with all that is in it.
GENERATED = (
    *("dvc.lock", "*.dvc", ".gitignore", "*.ipynb", "*.log", "*.pyc", "__pycache__/"),
    *(".ipynb_checkpoints/", "mlruns/", "mlartifacts/", "mlflow.db", "mlflow.db-journal"),
    *("mlflow.db-wal", "mlflow.db-shm"),
)

_FOLDERS = tuple(name.rstrip("/").encode() for name in GENERATED if name.endswith("/"))
_ENDS = tuple(name[1:].encode() for name in GENERATED if name.startswith("*"))
_NAMES = frozenset(name.encode() for name in GENERATED if name[0] != "*" and name[-1] != "/")
# Where the last dot of a generated name is, what is left of it: a look that costs little.
GENERATED_ENDINGS = frozenset(name[name.rindex(b".") :] for name in (*_ENDS, *_NAMES))


class LeftOut:
    """The paths that are no code: some whole, some by a name at any depth."""

    def __init__(self, records: Iterable[str], outs: Iterable[str] = ()) -> None:
        self._named = [*records, *(f"out:{path}" for path in outs)]
        self.paths = frozenset(os.fsencode(path) for path in (*records, *outs))
        self._below = tuple(path + b"/" for path in self.paths)

    def names(self) -> list[str]:
        """Return what the tag says: records, ``out:`` and a path, ``**/`` and a name anywhere."""
        return sorted([*self._named, *(f"**/{name}" for name in GENERATED)])

    def entry(self, path: bytes, *, folder: bool) -> bool:
        """Whether an entry of a tree is left out, all above it being in."""
        name = path.rpartition(b"/")[2]
        if path in self.paths:
            return True
        return name in _FOLDERS if folder else name in _NAMES or name.endswith(_ENDS)

    def hidden(self, files: Files) -> set[bytes]:
        """Return what is left out of all the files: files, and folders with all in them."""
        likely = files.ending(GENERATED_ENDINGS)
        for name in _FOLDERS:
            likely += files.below(name)
        found = {above for path in likely if (above := self.covering(path)) is not None}
        return found | {path for path in self.paths if files.holds(path)}

    def covering(self, path: bytes) -> bytes | None:
        """Return what takes a file out: the file itself or a folder above it; else None."""
        if path.startswith(self._below):
            return next(root for root in self.paths if path.startswith(root + b"/"))
        for name in _FOLDERS:
            at = (b"/" + path).find(b"/" + name + b"/")
            if at >= 0:
                return path[: at + len(name)]
        return path if self.entry(path, folder=False) else None


def code_tags(git: Git, whole: str, files: Files, left_out: LeftOut) -> dict[str, str]:
    """Return the code tree and what is not in it; ``whole`` is the tree of all the ``files``."""
    tree = without(git, whole, left_out.hidden(files), left_out.entry)
    names = json.dumps(left_out.names(), ensure_ascii=False)
    return {"expdocs.code_tree": tree, "expdocs.code_tree_without": names}


def source_tags(files: Files, records: Sequence[str]) -> dict[str, str]:
    """Return the digest over all source files, whoever writes them."""
    digest = hashlib.sha256(files.sources(records))
    return {"expdocs.sources": f"v1:{digest.hexdigest()}"}


def change_tags(
    changed: Mapping[bytes, str] | None, records: Sequence[str], left_out: LeftOut
) -> dict[str, str]:
    """Return whether the code differs from the commit, and in which sources.

    ``changed`` are the files that differ, each with its object, empty when it was deleted; None
    where there is no commit.
    """
    if changed is None:
        return {"expdocs.dirty": "true"}
    dirty = any(left_out.covering(path) is None for path in changed)
    tags = {"expdocs.dirty": "true" if dirty else "false"}
    below = tuple(f"{root}/".encode() for root in records)
    sources = {p: s for p, s in changed.items() if is_source(p) and not p.startswith(below)}
    with contextlib.suppress(UnicodeDecodeError):
        text = compact({path.decode(): sha for path, sha in sorted(sources.items())})
        if len(text) <= TAG_CHARACTERS:
            tags["expdocs.changed"] = text
    return tags
