"""What the repository tells when a run starts: its commit, code, data and open hypotheses."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from expdocs.run_context.children import Parent, same_files
from expdocs.run_context.code import GENERATED_ENDINGS, LeftOut, change_tags, code_tags, source_tags
from expdocs.run_context.dvc import DvcFiles
from expdocs.run_context.files import DIFFERENCES, LISTING, Files, changes
from expdocs.run_context.git import Git
from expdocs.run_context.hypotheses import hypothesis_tags
from expdocs.run_context.place import Place
from expdocs.run_context.tagtext import TAG_CHARACTERS, data_tags
from expdocs.run_context.trees import empty_tree

_OF_DVC = frozenset((b".dvc", b".lock", b".yaml"))


def repository_tags(place: Place, stage: str, parent: Parent | None) -> dict[str, str]:
    """Return the tags of the repository, those of ``parent`` where they still hold."""
    with tempfile.TemporaryDirectory(prefix="expdocs-", ignore_cleanup_errors=True) as scratch:
        git = Git(place.root, Path(scratch))
        try:
            with contextlib.suppress(Exception):
                if parent is not None and same_files(git, place, parent):
                    return parent.tags
            return _found(git, place, stage)
        finally:
            git.close()


def _found(git: Git, place: Place, stage: str) -> dict[str, str]:
    tags = {"expdocs.commit": git.head.commit} if git.head else {}
    git.beside()
    adding = git.start("add", "--all")
    listing = git.start(*LISTING, git.head.tree) if git.head else None
    with contextlib.suppress(Exception):  # while git looks at all the files
        tags |= hypothesis_tags(git, place)
    with contextlib.suppress(Exception):
        files = Files(git.finish(listing) if listing else b"", (_OF_DVC, GENERATED_ENDINGS))
        git.finish(adding)
        tags |= _of_files(git, files, place, stage)
    return tags


def _of_files(git: Git, files: Files, place: Place, stage: str) -> dict[str, str]:
    """Return what is told by the ``files`` of the commit, and those that git has added since."""
    tags: dict[str, str] = {}
    writing = git.start("write-tree", "--missing-ok")
    whole = "" if git.head else _told(git, writing)
    changed = changes(git.run(*DIFFERENCES, git.head.tree if git.head else empty_tree(len(whole))))
    files.change(changed)  # this and what follows while git writes the tree
    dvc = DvcFiles(place.root, [os.fsdecode(path) for path in files.ending(_OF_DVC)])
    with contextlib.suppress(Exception):
        tags |= data_tags(dvc.hashes(stage))
    tags |= source_tags(files, place.records)
    left_out = LeftOut(place.records, tuple(_outs(place, dvc, files)))
    with contextlib.suppress(Exception):
        tags |= code_tags(git, whole or _told(git, writing), files, left_out)
        tags |= change_tags(changed if git.head else None, place.records, left_out)
    return tags


def _told(git: Git, process: subprocess.Popen[bytes]) -> str:
    return os.fsdecode(git.finish(process)).strip()


def _outs(place: Place, dvc: DvcFiles, files: Files) -> Iterator[str]:
    """Yield what DVC's stages write into files that git tracks, as much as the tag can name."""
    length = len(json.dumps(LeftOut(place.records).names(), ensure_ascii=False))
    written = {*dvc.uncached(), *(path for path in dvc.outs() if files.holds(os.fsencode(path)))}
    for path in sorted(written - {*place.records}):
        length += len(json.dumps(f"out:{path}", ensure_ascii=False)) + len(", ")
        if "*" not in path and length <= TAG_CHARACTERS:
            yield path
