"""Provenance for MLflow runs: what was in the working folder, and how the process was started.

MLflow loads this package in every process that logs runs. It uses the standard library (and PyYAML
where there are DVC files or drafts), changes nothing in the repository and never raises: what
cannot be found out is left out, so that the edge reads "unrecorded" later.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time

from expdocs.run_context.children import hand_on, is_worker, parent_of, same_program
from expdocs.run_context.finding import repository_tags
from expdocs.run_context.place import Place, find_place
from expdocs.run_context.process import environment_tags, lock_tags, process_tags, typed_in

__all__ = ["ExpdocsRunContext", "provenance_tags", "switched_off"]

_OF_PROCESSES = {
    *("expdocs.command", "expdocs.python", "expdocs.seeds", "expdocs.kernel", "expdocs.stage"),
    *("expdocs.lock", "expdocs.environment"),
}
_STAGE_CHARACTERS = 250

_found: dict[str, dict[str, str]] = {}
_lock = threading.Lock()


class ExpdocsRunContext:
    """MLflow's run-context provider: adds the tags of ``provenance_tags`` to every fluent run."""

    def in_context(self) -> bool:
        """Return whether the run belongs to a repository that uses expdocs."""
        with contextlib.suppress(Exception):
            return not switched_off() and find_place() is not None
        return False

    def tags(self) -> dict[str, str]:
        """Return the provenance tags."""
        return provenance_tags()


def provenance_tags() -> dict[str, str]:
    """Return tags for the code, the data and the start of this process; empty without expdocs.

    They are found once a process and repository, because a process keeps running the code that
    it loaded; in a notebook, where code changes under way, each time. ``EXPDOCS_PROVENANCE=0``
    turns them off.
    """
    with contextlib.suppress(Exception):
        place = None if switched_off() else find_place()
        if place is not None:
            with _lock:
                return dict(_tags(place))
    return {}


def switched_off() -> bool:
    """Return whether ``EXPDOCS_PROVENANCE`` turns provenance off."""
    return os.environ.get("EXPDOCS_PROVENANCE", "").strip().lower() in {"0", "false", "no", "off"}


def _tags(place: Place) -> dict[str, str]:
    known = _found.get(str(place.root))
    if known is None or (typed_in() and not is_worker()):
        known = _found[str(place.root)] = _found_out(place)
    return known


def _found_out(place: Place) -> dict[str, str]:
    looked, stage = time.time_ns(), os.environ.get("DVC_STAGE", "")
    parent = parent_of(place, stage)
    if parent is not None and is_worker() and same_program(place, parent):
        return parent.tags
    own = _own_tags(place, stage)
    found: dict[str, str] = {}
    with contextlib.suppress(Exception):
        found = repository_tags(place, stage, None if typed_in() else parent)
    if parent is not None and found is parent.tags:
        looked = parent.looked
    tags = {name: value for name, value in found.items() if name not in _OF_PROCESSES} | own
    with contextlib.suppress(Exception):
        hand_on(place, looked, stage, tags)
    return tags


def _own_tags(place: Place, stage: str) -> dict[str, str]:
    """Return what a child process tells for itself, though its parent told of the repository."""
    tags: dict[str, str] = {}
    with contextlib.suppress(Exception):
        tags = process_tags()
    with contextlib.suppress(Exception):
        tags |= lock_tags(place) or environment_tags()
    if stage and stage.isprintable():
        tags["expdocs.stage"] = stage[:_STAGE_CHARACTERS]
    return tags


def _forked() -> None:
    # another thread of the parent may have held it, and does not exist here
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
