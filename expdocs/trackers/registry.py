"""Registered models of an MLflow tracker, as evidence documents hold them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from expdocs.errors import Refused, UsageError
from expdocs.evidence.models import Model, ModelVersion
from expdocs.spelling import closest
from expdocs.trackers.conversion import clean
from expdocs.trackers.searching import or_none, quoted

_REFERENCE = re.compile(r"(?:models:/+)?(?P<name>[^/:]+?)(?:@(?P<alias>[^/@:]+)|/(?P<version>\d+))")
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_A_PAGE = 1000


class ModelReference(NamedTuple):
    """A version of a registered model: its number or one of its aliases."""

    name: str
    wanted: str
    is_alias: bool

    def found_in(self, model: Model) -> ModelVersion | None:
        """Return the version that is meant; None when the model has no such one."""
        number = model.aliases.get(self.wanted, "") if self.is_alias else self.wanted
        return next((one for one in model.versions if one.version == number), None)


def parse_model(text: str) -> ModelReference:
    """Read ``NAME@ALIAS`` or ``NAME/VERSION``; raises ``UsageError``."""
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        message = f"{text[:100]!r} names no version of a registered model"
        raise UsageError(message, "write NAME@ALIAS or NAME/VERSION")
    number = (match["version"] or "").lstrip("0")
    return ModelReference(match["name"], match["alias"] or number, match["alias"] is not None)


class Models:
    """Asks one tracker for its registered models; ``shown`` is its address for users."""

    def __init__(self, client: Any, alias: str, shown: str) -> None:
        self._client = client
        self._alias = alias
        self._shown = shown

    def model(self, name: str) -> Model | None:
        """Return a registered model with all its versions; None when there is none."""
        found = or_none(self._client.get_registered_model, name)
        if found is None:
            return None
        versions = [_version(one) for one in self._versions(name)]
        return Model(
            name=found.name,
            versions=tuple(sorted(versions, key=lambda one: int(one.version))),
            aliases={clean(alias): str(version) for alias, version in found.aliases.items()},
            tracker=self._alias,
        )

    def refusal(self, reference: ModelReference, model: Model | None) -> Refused:
        """Return what is said of a model, a version or an alias that the tracker does not have."""
        if model is None:
            known = [one.name for one in self._client.search_registered_models(max_results=_A_PAGE)]
            message = f"the tracker {self._shown} has no registered model {reference.name!r}"
            close = closest(reference.name, known)
        else:
            wanted = reference.wanted
            known = [*model.aliases, *(one.version for one in model.versions)]
            message = f"the model {reference.name!r} has no version or alias {wanted!r}"
            close = closest(wanted, known)
        if close:
            return Refused(message, f"did you mean {close!r}?")
        listed = ", ".join(known[:10])
        return Refused(message, f"there are: {listed}" if listed else "there are none")

    def _versions(self, name: str) -> list[Any]:
        text = quoted(name)
        if not text:
            message = f"the versions of the model {name[:100]!r} cannot be asked for"
            raise Refused(message, "MLflow's filters hold no name with both kinds of quotes")
        found: list[Any] = []
        token = None
        while True:
            page = self._client.search_model_versions(
                f"name = {text}", max_results=_A_PAGE, page_token=token
            )
            found += page
            if not page.token or page.token == token:
                return found
            token = page.token


def _version(found: Any) -> ModelVersion:
    run_id = found.run_id or ""
    return ModelVersion(str(found.version), run_id if _RUN_ID.fullmatch(run_id) else None)
