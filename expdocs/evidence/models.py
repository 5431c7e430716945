"""Registered models as evidence: which run each version came from, where each alias points."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from expdocs.evidence.documents import (
    SnapshotProblem,
    as_list,
    as_matching,
    as_optional,
    as_text,
    as_text_map,
    seal,
    shaped,
    unseal,
)

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_UNSAFE = re.compile(r"[^a-z0-9_-]+")
_VERSION = re.compile(r"[0-9]{1,18}")
_LONGEST = 1000


class ModelVersion(NamedTuple):
    """One version of a registered model and the run that it came from."""

    version: str
    run_id: str | None


class Model(NamedTuple):
    """A registered model; ``aliases`` maps each alias to the version that it pointed to."""

    name: str
    versions: tuple[ModelVersion, ...]
    aliases: Mapping[str, str]
    tracker: str = "mlflow"
    digest: str = ""

    def resolved(self, wanted: str) -> ModelVersion | None:
        """Return the version with this number, else with this alias; None when there is none."""
        by_number = {one.version: one for one in self.versions}
        return by_number.get(wanted) or by_number.get(self.aliases.get(wanted, ""))


def model_path(name: str) -> PurePosixPath:
    """Return the place of a model's document; raises ``ValueError`` for what is no name."""
    if not name or len(name) > _LONGEST:
        raise SnapshotProblem(f"{name[:80]!r} is no name of a registered model", "")
    if _PLAIN.fullmatch(name):
        return PurePosixPath("models", f"{name}.json")
    # file systems fold case and refuse characters: the digest keeps such names apart
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:12]
    readable = _UNSAFE.sub("-", name.lower())[:40].strip("-") or "model"
    return PurePosixPath("models", f"{readable}-{digest}.json")


def encode_model(model: Model) -> bytes:
    """Return a model's document, versions by number; its digest is computed."""
    ordered = sorted(model.versions, key=lambda one: int(one.version))
    body = {
        "name": model.name,
        "versions": [{"version": one.version, "run_id": one.run_id} for one in ordered],
        "aliases": dict(model.aliases),
        "tracker": model.tracker,
    }
    return seal(body)


def decode_model(data: bytes) -> Model:
    """Read a model's document; raises ``SnapshotProblem``."""
    return shaped(_model_of, unseal(data))


def _model_of(document: dict[str, Any]) -> Model:
    return Model(
        name=as_text(document["name"]),
        versions=tuple([_version_of(item) for item in as_list(document["versions"])]),
        aliases=as_text_map(document["aliases"]),
        tracker=as_text(document["tracker"]),
        digest=document["sha256"],
    )


def _version_of(item: dict[str, Any]) -> ModelVersion:
    return ModelVersion(as_matching(_VERSION, item["version"]), as_optional(item["run_id"]))
