"""What a check asks of the world outside a record's own file.

Whoever keeps the result of a check keeps the questions with it: as long as none of them can have
another answer, the result stands. Questions are short texts:

- ``path:PATH``: the content of a file of the repository, present or not,
- ``git:SHA``: whether the object store holds a commit, with `` missing`` when it does not,
- ``disk:PATH``: a file outside of the repository's tree, such as one in DVC's cache,
- ``at:ID PATH``: whether the record of this id is in this file; always asked beside ``id:ID``,
- ``id:ID``, ``supersedes:ID``, ``links-to:ID``, ``run:RUN ID``, ``renames:PROJECT``, ``ids``: see
  ``records.index``.
"""

from __future__ import annotations

from collections.abc import Callable

Note = Callable[[str], object]


def unnoted(question: str) -> None:
    """Take a question of somebody who keeps no results."""
