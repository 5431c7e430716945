"""Which state of the files a check looks at, and the commit whose findings are no news."""

from __future__ import annotations

import os
from typing import NamedTuple

from expdocs.errors import UsageError
from expdocs.files import Files
from expdocs.repository import Repository


class Scope(NamedTuple):
    """Files of the ``disk``, the ``index`` or a ``commit``.

    ``base`` names the commit whose findings are no news; None to report all.
    """

    files: Files
    state: str
    base: str | None


def scope_of(repository: Repository, *, staged: bool, base: str | None, hook: bool) -> Scope:
    """Return what the options ask for; raises ``UsageError`` where a reference names no commit."""
    if hook and (staged or base is not None):
        raise UsageError("--hook finds out itself what to check", "leave --staged and --base out")
    if hook and (between := _between(repository)):
        return between
    if base is not None:
        compared: str | None = _merge_base(repository, "HEAD", base)
    else:
        compared = "HEAD" if staged or hook else None
    if staged or hook:
        return Scope(repository.index_files(), "index", compared)
    return Scope(repository.working_files(), "disk", compared)


def _between(repository: Repository) -> Scope | None:
    """Return what the runner of hooks was given as --from-ref and --to-ref, if it was."""
    start, end = (os.environ.get(f"PRE_COMMIT_{name}_REF") for name in ("FROM", "TO"))
    if not start or not end:
        return None
    commit = _commit(repository, end)
    return Scope(repository.commit_files(commit), "commit", _merge_base(repository, end, start))


def _merge_base(repository: Repository, head: str, reference: str) -> str:
    commit = _commit(repository, reference)
    base = repository.merge_base(head, commit)
    if base is None:
        raise UsageError(
            f"{head} and '{reference}' have no common commit here", "run: git fetch --unshallow"
        )
    return base


def _commit(repository: Repository, reference: str) -> str:
    commit = repository.resolve(reference)
    if commit is None:
        raise UsageError(f"'{reference}' names no commit", "name a branch, a tag or a commit")
    return commit
