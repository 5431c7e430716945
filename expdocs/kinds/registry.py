"""The kinds of records: those shipped with expdocs, and a repository's own ``schemas/<kind>/``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs

from expdocs.errors import ConfigurationError
from expdocs.files import Files
from expdocs.kinds.shape import Shape, shape_of, typed
from expdocs.kinds.validation import SchemaRefused, Validator, resolve_reference
from expdocs.packaged import packaged_folder
from expdocs.yamlnodes import YamlProblem, read_yaml

FILES = ("schema.json", "kind.yaml", "template.md")
MUTABLE = frozenset({"status", "accepted", "corrections", "retention_until"})
LIFECYCLE = ("draft", "proposed", "accepted", "rejected", "superseded", "deprecated")
RESERVED = frozenset({"synthesis"})
DRAFT = "https://json-schema.org/draft/2020-12/schema"
MARKS = ("run", "commit", "record", "author", "label", "data-path", "data-hash", "metric")
MAX_SCHEMA_DEPTH = 64
MAX_FILE = 512 * 1024


@dataclass(frozen=True)
class Section:
    """A level-2 heading that a kind's body has; ``generated`` names the block inside it."""

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    generated: str = ""

    def has_title(self, heading: str) -> bool:
        """Whether a heading is this section's, in any of its languages."""
        return heading.strip().casefold() in self._titles

    @cached_property
    def _titles(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in (self.title, *self.aliases))


class Gating(NamedTuple):
    """Which records of a kind put a model to use, and what its runs have to beat.

    They are those whose texts are among the values of ``when``, field by field.
    """

    when: Mapping[str, tuple[str, ...]]
    beats: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Kind:
    """One kind of record: what ``schemas/<name>/`` holds, ready for use."""

    name: str
    version: int
    title: str
    plural: str
    prefix: str
    folder: str
    statuses: tuple[str, ...]
    sections: tuple[Section, ...]
    links: Mapping[str, str]
    columns: tuple[str, ...]
    mutable: frozenset[str]
    four_eyes: bool
    unknowns_refused: bool
    schema: Mapping[str, Any]
    template: str
    origin: str
    common: Mapping[str, Any]
    gating: Gating | None = None

    @cached_property
    def shape(self) -> Shape:
        """The types and marks of the schema, place by place."""
        documents = {self.common["$id"]: self.common}
        return shape_of(self.schema, lambda ref: resolve_reference(ref, self.schema, documents))

    @cached_property
    def validator(self) -> Validator:
        """The compiled schema."""
        return Validator(self.schema, self.common)

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that a record has from ``proposed`` on."""
        return tuple(self.schema.get("required", ()))

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schema's top-level properties."""
        found: Mapping[str, Any] = self.schema.get("properties", {})
        return found

    def id_pattern(self) -> re.Pattern[str]:
        """Return the form of this kind's ids."""
        return re.compile(rf"{self.prefix}-[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}-[0-9]{{3}}\Z")


class Registry:
    """The kinds a repository has, by name; a repository's own kind hides the shipped one."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = dict(sorted(kinds.items()))
        self._by_prefix = {kind.prefix: kind for kind in self._kinds.values()}

    def __iter__(self) -> Any:
        return iter(self._kinds.values())

    def get(self, name: str) -> Kind | None:
        """Return the kind called ``name``, or None."""
        return self._kinds.get(name)

    def names(self) -> list[str]:
        """Return all names, sorted."""
        return list(self._kinds)

    def of_id(self, record_id: str) -> Kind | None:
        """Return the kind whose prefix a record id has, or None."""
        return self._by_prefix.get(record_id.partition("-")[0])


def shipped_folder() -> Path:
    """Return the folder of the shipped kinds."""
    return packaged_folder("schemas")


def load_registry(files: Files, folder: str) -> Registry:
    """Return shipped and own kinds; raises ``ConfigurationError`` naming what is wrong."""
    kinds = dict(_shipped())
    entries = files.list([folder])
    names = {e.path.removeprefix(f"{folder}/").partition("/")[0] for e in entries if e.regular}
    for name in sorted(names):
        read = {file: files.read(f"{folder}/{name}/{file}") for file in FILES}
        if any(content is not None for content in read.values()):
            kinds[name] = _kind(name, f"{folder}/{name}", read, own=True)
    _refuse_shared_prefixes(kinds)
    return Registry(kinds)


@cache
def _shipped() -> Mapping[str, Kind]:
    folders = [path for path in sorted(shipped_folder().iterdir()) if path.is_dir()]
    return {
        folder.name: _kind(
            folder.name,
            f"schemas/{folder.name}",
            {file: (folder / file).read_bytes() for file in FILES},
            own=False,
        )
        for folder in folders
    }


@cache
def common_schema() -> Mapping[str, Any]:
    """Return the definitions that every kind may refer to, their own references absolute."""
    loaded = json.loads((shipped_folder() / "common.json").read_bytes())
    absolute: Mapping[str, Any] = _absolute(loaded, loaded["$id"])
    return absolute


def _absolute(node: Any, base: str) -> Any:
    if isinstance(node, list):
        return [_absolute(item, base) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: base + value if key == "$ref" and value.startswith("#") else _absolute(value, base)
        for key, value in node.items()
    }


def _refuse_shared_prefixes(kinds: Mapping[str, Kind]) -> None:
    owner: dict[str, Kind] = {}
    for kind in kinds.values():
        other = owner.setdefault(kind.prefix, kind)
        if other is not kind:
            raise ConfigurationError(
                f"{kind.origin}/kind.yaml: the prefix {kind.prefix} belongs to '{other.name}'",
                "choose another prefix",
            )


def _kind(name: str, origin: str, read: Mapping[str, bytes | None], *, own: bool) -> Kind:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", name) or name in RESERVED:
        raise ConfigurationError(f"{origin}: '{name}' cannot be the name of a kind")
    texts = {file: _text(f"{origin}/{file}", content) for file, content in read.items()}
    about = _about(f"{origin}/kind.yaml", texts["kind.yaml"], check=own)
    schema = _schema(f"{origin}/schema.json", texts["schema.json"], check=own)
    acceptance = about.get("acceptance", {})
    kind = Kind(
        name=name,
        version=about["version"],
        title=about["title"],
        plural=about.get("plural", f"{about['title']}s"),
        prefix=about["prefix"],
        folder=about["folder"].rstrip("/"),
        statuses=tuple(about["statuses"]),
        sections=tuple(_section(item) for item in about.get("sections", ())),
        links=about.get("links", {}),
        columns=tuple(about.get("columns", ("status", "title", "date"))),
        mutable=MUTABLE | set(about.get("mutable", ())),
        four_eyes=acceptance.get("four_eyes", False),
        unknowns_refused=acceptance.get("unknowns") == "refused",
        schema=schema,
        template=texts["template.md"],
        origin=origin if own else "shipped",
        common=common_schema(),
        gating=_gating(about["gates"]) if "gates" in about else None,
    )
    _compile(kind, origin)
    return kind


def _compile(kind: Kind, origin: str) -> None:
    if kind.origin == "shipped":
        return
    try:
        _ = kind.validator, kind.shape
    except SchemaRefused as error:
        raise ConfigurationError(f"{origin}/schema.json: {error}") from error


def _gating(item: Mapping[str, Any]) -> Gating:
    when = {key: tuple(values) for key, values in item.get("when", {}).items()}
    return Gating(when, tuple(item.get("beats", ())))


def _section(item: Mapping[str, Any]) -> Section:
    title, generated = item["title"], item.get("generated", "")
    return Section(item["key"], title, tuple(item.get("aliases", ())), generated)


def _text(path: str, content: bytes | None) -> str:
    if content is None:
        raise ConfigurationError(f"{path} is missing", f"a kind's folder holds {', '.join(FILES)}")
    if len(content) > MAX_FILE:
        raise ConfigurationError(f"{path} is larger than {MAX_FILE // 1024} KiB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 (byte {error.start + 1})") from error


def _schema(path: str, text: str, *, check: bool) -> Mapping[str, Any]:
    try:
        schema = json.loads(
            text,
            object_pairs_hook=partial(_each_once, path),
            parse_constant=partial(_no_constant, path),
        )
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise ConfigurationError(f"{place}: not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: nested too deeply") from error
    if not isinstance(schema, dict):
        raise ConfigurationError(f"{path}: a schema is a JSON object")
    if check:
        _check_schema(path, schema)
    return schema


def _each_once(path: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ConfigurationError(f"{path}: the key '{twice}' stands twice", "keep one of them")
    return found


def _no_constant(path: str, name: str) -> Any:
    raise ConfigurationError(f"{path}: not valid JSON: {name} is no JSON number")


def _check_schema(path: str, schema: dict[str, Any]) -> None:
    if schema.get("$schema", DRAFT) != DRAFT:
        hint = f'write "$schema": "{DRAFT}"'
        raise ConfigurationError(f"{path}: '$schema' is another draft of JSON Schema", hint)
    _check_marks(path, schema)
    try:
        jsonschema_rs.meta.validate({"$schema": DRAFT, **schema})
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        place = "/".join(str(part) for part in getattr(error, "instance_path", []))
        said = getattr(error, "message", str(error)).splitlines()[0][:200]
        raise ConfigurationError(f"{path}: not a JSON Schema: /{place}: {said}") from error


def _check_marks(path: str, node: Any, depth: int = 1) -> None:
    if depth > MAX_SCHEMA_DEPTH:
        raise ConfigurationError(f"{path}: nested too deeply")
    if isinstance(node, list):
        for item in node:
            _check_marks(path, item, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            # Below `properties` the same words would be names of fields, which have schemas.
            if not isinstance(value, dict | bool) and not _mark_fits(key, value):
                hint = f"x-expdocs is one of: {', '.join(MARKS)}; x-expdocs-hint is text"
                raise ConfigurationError(f"{path}: '{key}' has no such value", hint)
            _check_marks(path, value, depth + 1)


def _mark_fits(key: str, value: Any) -> bool:
    if key == "x-expdocs":
        return value in MARKS
    return key != "x-expdocs-hint" or isinstance(value, str)


def _about(path: str, text: str, *, check: bool) -> dict[str, Any]:
    try:
        node = read_yaml(text)
    except YamlProblem as problem:
        line = text.count("\n", 0, problem.offset) + 1
        raise ConfigurationError(f"{path}:{line}: {problem.message}", problem.hint) from problem
    data = typed(node, _about_shape()) if node is not None else None
    for error in _about_validator().iter_errors(data) if check else ():
        place = "/".join(str(part) for part in error.instance_path)
        said = str(error.message)[:200]
        raise ConfigurationError(f"{path}: {place + ': ' if place else ''}{said}")
    assert isinstance(data, dict)  # noqa: S101 - the schema above says so
    return data


@cache
def _about_schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("kind.schema.json").read_bytes())
    return loaded


@cache
def _about_validator() -> Any:
    return jsonschema_rs.Draft202012Validator(_about_schema())


@cache
def _about_shape() -> Shape:
    return shape_of(_about_schema(), lambda ref: resolve_reference(ref, _about_schema(), {}))
