"""Validating one record's data against the experiment schema: microseconds, by engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jsonschema
import jsonschema_rs
from parsers import DOCUMENT
from referencing import Registry, Resource
from turns import ROOT, in_turns, log

from expdocs.kinds.registry import Kind, common_schema, load_registry
from expdocs.kinds.shape import typed
from expdocs.repository import Repository
from expdocs.yamlnodes import read_yaml

REPEATS, ROUNDS = 20, 15


def timed(validate: Callable[[], Any]) -> Callable[[], float]:
    """Return a candidate that validates many times; microseconds each."""

    def measure() -> float:
        start = time.perf_counter()
        for _ in range(REPEATS):
            validate()
        return (time.perf_counter() - start) / REPEATS * 1e6

    return measure


def candidates(kind: Kind) -> dict[str, Callable[[], float]]:
    """Return the engines by name, each reporting every error."""
    node = read_yaml(DOCUMENT)
    assert node is not None
    data = typed(node, kind.shape)
    common = dict(common_schema())
    resource = Resource.from_contents(common)
    registry = Registry().with_resource(common["$id"], resource)
    reused = jsonschema.Draft202012Validator(kind.schema, registry=registry)
    rust = jsonschema_rs.Draft202012Validator(
        dict(kind.schema), registry=jsonschema_rs.Registry([(common["$id"], common)])
    )

    def anew() -> None:
        jsonschema.Draft202012Validator.check_schema(kind.schema)
        checked = jsonschema.Draft202012Validator(kind.schema, registry=registry)
        list(checked.iter_errors(data))

    return {
        "jsonschema-anew": timed(anew),
        "jsonschema-reused": timed(lambda: list(reused.iter_errors(data))),
        "jsonschema-rs": timed(lambda: list(rust.iter_errors(data))),
        "expdocs-validator": timed(lambda: kind.validator.errors(data)),
    }


if __name__ == "__main__":
    files = Repository.discover(ROOT).working_files()
    experiment = load_registry(files, "schemas").get("experiment")
    assert experiment is not None
    measured = in_turns(candidates(experiment), ROUNDS)
    log("expdocs-validators", "microseconds", measured, "jsonschema-reused")
