"""What a commit declares of parameters, in the order in which it is believed."""

from __future__ import annotations

from collections.abc import Iterable

from expdocs.evidence.parameters import (
    FILE,
    Declared,
    flat_parameters,
    flattened,
    is_parameter_file,
)
from expdocs.evidence.tracked import Tracked
from expdocs.evidence.trees import Trees
from expdocs.objects import ObjectStore

TIERS = 3
_MAX_FILES = 200


class Declarations:
    """Answers about the parameters of trees, each tier read when it is asked for."""

    def __init__(
        self, store: ObjectStore, trees: Trees, tracked: Tracked, records: frozenset[str]
    ) -> None:
        self._store = store
        self._records = records
        self._trees = trees
        self._tracked = tracked
        self._tiers: dict[tuple[str, int], tuple[Declared, ...]] = {}

    def tier(self, tree: str, number: int) -> tuple[Declared, ...]:
        """Return lock files (0), named files and the top's (1), or all other ones (2)."""
        if (tree, number) not in self._tiers:
            read = (self._locked, self._named, self._others)[number]
            self._tiers[tree, number] = tuple(one for one in read(tree) if one.values)
        return self._tiers[tree, number]

    def _locked(self, tree: str) -> Iterable[Declared]:
        for stage in self._tracked.stages(tree):
            for values in stage.params.values():
                yield Declared("dvc.lock", flattened(values), stage.name)

    def _named(self, tree: str) -> Iterable[Declared]:
        for path in [FILE, *self._tracked.parameter_files(tree)][:_MAX_FILES]:
            found = self._store.get(tree, path)
            if found is not None and found.type == "blob":
                yield Declared(path, flat_parameters(found.data, path))

    def _others(self, tree: str) -> Iterable[Declared]:
        for path, blob in self._trees.files(tree, is_parameter_file, self._records)[:_MAX_FILES]:
            found = self._store.get(blob)
            if found is not None and path != FILE:
                yield Declared(path, flat_parameters(found.data, path))
