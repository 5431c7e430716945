"""The configuration: ``expdocs.toml``, or ``[tool.expdocs]`` in ``pyproject.toml``."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from expdocs.errors import ConfigurationError
from expdocs.findings import Severity
from expdocs.spelling import closest

if TYPE_CHECKING:
    from expdocs.modelsettings import Model

EDGES = ("code", "data", "parameters")
STATES = ("failed", "deleted", "running")
# Families whose findings say that what was agreed on no longer stands, or that a secret is out.
BINDING = ("LIF", "SEC1")
_ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")
_DIGEST = re.compile(r"sha256:[0-9a-f]{16}\Z")
# Not compiled: most repositories have none. What it leaves out can be percent-encoded.
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_ADDRESS = rf"https?://{_HOST}(?:/(?:[A-Za-z0-9._~+,=@:/-]|%[0-9A-Fa-f]{{2}})*)?"
_LOGGED = re.compile(r"(?:params|tags)\..")


class Person(NamedTuple):
    """Somebody who writes or accepts records; ``emails`` tell who a git author is."""

    name: str = ""
    emails: tuple[str, ...] = ()


class Weight(NamedTuple):
    """The severity that rules are given, and the line of the configuration that does so."""

    severity: Severity
    line: int


class Untold(NamedTuple):
    """Runs or a model that need no record, and why: an experiment's, one run's, or a model's.

    ``state`` narrows an experiment down to its runs in that state.
    """

    reason: str
    experiment: str = ""
    state: str = ""
    run: str = ""
    model: str = ""


_MARKDOWN = (".md", ".MD", ".Md", ".mD")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Settings(NamedTuple):
    """What a repository says of its records; every value has a default."""

    file: str = ""
    records: tuple[str, ...] = ("journal", "decisions")
    evidence: str = "journal/evidence"
    schemas: str = "schemas"
    exclude: tuple[str, ...] = ()
    project: str = ""
    people: Mapping[str, Person] = _NOTHING
    require: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    not_secret: tuple[str, ...] = ()
    withhold: tuple[str, ...] = ()
    severity: Mapping[str, Weight] = _NOTHING
    protected_branch: str = ""
    repositories: Mapping[str, str] = _NOTHING
    trackers: Mapping[str, str] = _NOTHING
    site: str = ""
    experiments: Mapping[str, str] = _NOTHING
    untold: tuple[Untold, ...] = ()
    production: Mapping[str, str] = _NOTHING
    model: Model | None = None

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders that a check reads."""
        return tuple(dict.fromkeys((*self.records, self.evidence, self.schemas)))

    @property
    def synthesis(self) -> str:
        """The folder of synthesis pages."""
        return f"{self.records[0]}/synthesis"

    def is_synthesis(self, path: str) -> bool:
        """Whether a file is to be read as a synthesis page."""
        if not path.startswith(f"{self.synthesis}/"):
            return False
        return path.endswith(".md") and not path.endswith("/README.md")

    def is_record(self, path: str) -> bool:
        """Whether a file is to be read as a record."""
        if not path.endswith(_MARKDOWN) or path.startswith(_apart(self.evidence, self.synthesis)):
            return False
        if path.rpartition("/")[2] in ("README.md", path[-3:]):
            return False
        under = path.startswith(_folders(self.records))
        return under and not (self.exclude and _fits(path, self.exclude))

    @property
    def configured(self) -> bool:
        """Whether the repository has been set up for expdocs."""
        return bool(self.file)


@cache
def _apart(*folders: str) -> tuple[str, ...]:
    return tuple(f"{folder}/" for folder in folders)


@cache
def _folders(roots: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{root}/" for root in roots)


def _fits(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


Read = Callable[[str], bytes | None]


def load_settings(read: Read, root: Path | None = None) -> Settings:
    """Read the settings through ``read``; raises ``ConfigurationError`` naming file and line.

    With the top folder as ``root``, a symbolic link is not taken for a missing file.
    """
    if root is not None and (root / "expdocs.toml").is_symlink():
        hint = "put the file itself here: links are not followed"
        raise ConfigurationError("expdocs.toml is a symbolic link", hint)
    own = _document("expdocs.toml", read)
    if own is not None:
        return _Reader("expdocs.toml", own).settings()
    project = _document("pyproject.toml", read)
    if project is not None:
        tools = project.data.get("tool")
        table = tools.get("expdocs") if isinstance(tools, dict) else None
        if isinstance(table, dict):
            return _Reader("pyproject.toml", _Document(project.text, table)).settings()
        if table is not None:
            raise ConfigurationError("pyproject.toml: 'tool.expdocs' must be a table")
    return Settings()


class _Document(NamedTuple):
    text: str
    data: Mapping[str, Any]


def _document(path: str, read: Read) -> _Document | None:
    content = read(path)
    if content is None:
        return None
    try:
        text = content.decode("utf-8")
        return _Document(text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 (byte {error.start + 1})") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f":{place[1]}:{place[2]}" if place else ""
        said = re.sub(r" \(at .*\)$", "", str(error))
        raise ConfigurationError(f"{path}{where}: not valid TOML: {said}") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: nested too deeply") from error


class _Reader:
    """Turns one table into settings, naming the line of whatever is wrong."""

    def __init__(self, path: str, document: _Document) -> None:
        self._path = path
        self._text = document.text
        self._table = document.data

    def settings(self) -> Settings:
        known = [name for name in Settings._fields if name != "file"]
        for key in self._table:
            if key not in known:
                close = closest(key, known)
                hint = f"did you mean '{close}'?" if close else f"known: {', '.join(known)}"
                raise self._problem(key, f"'{key}' is not a setting of expdocs", hint)
        given = {key: getattr(self, f"_read_{_FORM[key]}")(key) for key in self._table}
        return Settings(file=self._path, **given)

    def _read_text(self, key: str) -> str:
        value = self._table[key]
        if not isinstance(value, str):
            raise self._problem(key, f"'{key}' must be text")
        return value

    def _read_address(self, key: str) -> str:
        value = self._read_text(key)
        if value and not re.fullmatch(_ADDRESS, value):  # which may hold a password
            message = f"'{key}' must be the address of a site, without credentials, query, fragment"
            raise self._problem(key, message, f'{key} = "https://docs.example.org/churn/"')
        return f"{value.rstrip('/')}/" if value else ""

    def _read_texts(self, key: str) -> tuple[str, ...]:
        value = self._table[key]
        if not _texts(value):
            raise self._problem(key, f"'{key}' must be a list of texts", f'{key} = ["…"]')
        return tuple(value)

    def _read_folder(self, key: str) -> str:
        return self._folder(key, self._read_text(key))

    def _read_folders(self, key: str) -> tuple[str, ...]:
        folders = tuple(self._folder(key, item) for item in self._read_texts(key))
        if not folders:
            raise self._problem(key, f"'{key}' must name at least one folder")
        return folders

    def _folder(self, key: str, value: str) -> str:
        parts = value.rstrip("/").split("/")
        strange = "\\" in value or not value.isprintable()
        if strange or value.startswith("/") or {"", ".", "..", ".git"} & set(parts):
            hint = "name a folder inside the repository, such as journal"
            raise self._problem(key, f"'{key}': '{value}' is no folder in the repository", hint)
        return "/".join(parts)

    def _read_edges(self, key: str) -> tuple[str, ...]:
        edges = self._read_texts(key)
        for edge in edges:
            if edge not in EDGES:
                hint = f"write any of: {', '.join(EDGES)}"
                raise self._problem(key, f"'{key}': '{edge}' is no edge of the triangle", hint)
        return edges

    def _read_digests(self, key: str) -> tuple[str, ...]:
        return self._matching(key, _DIGEST, "no digest of a value, such as the check shows")

    def _read_logged(self, key: str) -> tuple[str, ...]:
        return self._matching(key, _LOGGED, "no parameter or tag: write params.NAME or tags.NAME")

    def _matching(self, key: str, form: re.Pattern[str], wrong: str) -> tuple[str, ...]:
        texts = self._read_texts(key)
        for place, text in enumerate(texts, 1):
            if not form.match(text):  # which may be a secret itself
                raise self._problem(key, f"'{key}': entry {place} is {wrong}")
        return texts

    def _read_people(self, key: str) -> dict[str, Person]:
        table = self._table[key]
        if not isinstance(table, dict):
            raise self._problem(key, "'people' must be a table of author ids")
        return {name: self._person(name, entry) for name, entry in table.items()}

    def _person(self, name: str, entry: Any) -> Person:
        if not isinstance(entry, dict) or not set(entry) <= {"name", "emails"}:
            hint = f'{name} = {{name = "…", emails = ["…"]}}'
            raise self._problem(name, f"'people.{name}' must hold name and emails", hint)
        emails = entry.get("emails", [])
        shown = entry.get("name", "")
        if not isinstance(shown, str) or not _texts(emails):
            raise self._problem(name, f"'people.{name}' must hold a name and a list of emails")
        return Person(shown, tuple(emails))

    def _read_aliases(self, key: str) -> dict[str, str]:
        table = self._table[key]
        if not isinstance(table, dict):
            raise self._problem(key, f"'{key}' must be a table")
        for alias, value in table.items():
            if not _ALIAS.match(alias) or not isinstance(value, str):
                hint = "an alias is lower case letters, digits, - and _, and stands for text"
                raise self._problem(alias, f"'{key}.{alias}' is wrong", hint)
        return dict(table)

    def _read_names(self, key: str) -> dict[str, str]:
        table = self._table[key]
        if not isinstance(table, dict):
            raise self._problem(key, f"'{key}' must be a table", f'[{key}] "name" = "project"')
        for name, value in table.items():
            if not isinstance(value, str) or not name.strip() or not value.strip():
                raise self._problem(name, f"'{key}.{name}' must be the name of a project")
        return dict(table)

    def _read_untold(self, key: str) -> tuple[Untold, ...]:
        entries = self._table[key]
        if not isinstance(entries, list):
            hint = f'write: [[{key}]] and below it experiment = "…" and reason = "…"'
            raise self._problem(key, f"'{key}' must be a list of tables", hint)
        return tuple(self._left_out(key, n, entry) for n, entry in enumerate(entries, 1))

    def _left_out(self, key: str, number: int, entry: Any) -> Untold:
        wrong = _wrong_exclusion(entry)
        if wrong:
            hint = f'[[{key}]] experiment = "scratch" reason = "trying out the tracker"'
            raise self._problem(key, f"'{key}': entry {number} {wrong}", hint)
        return Untold(**entry)

    def _read_models(self, key: str) -> dict[str, str]:
        table = self._table[key]
        if not isinstance(table, dict):
            raise self._problem(key, f"'{key}' must be a table of projects")
        for project, value in table.items():
            name, _, alias = value.rpartition("@") if isinstance(value, str) else ("", "", "")
            if not name or not alias:
                hint = f'write a registered model and its alias: {project} = "churn@champion"'
                raise self._problem(project, f"'{key}.{project}' names no model in use", hint)
        return dict(table)

    def _read_weights(self, key: str) -> dict[str, Weight]:
        table = self._table[key]
        if not isinstance(table, dict):
            hint = f'write: [{key}] and below it EVD204 = "error"'
            raise self._problem(key, f"'{key}' must be a table of rules", hint)
        return {pattern: self._weight(key, pattern, value) for pattern, value in table.items()}

    def _weight(self, key: str, pattern: str, value: Any) -> Weight:
        line = self._line(pattern) or self._line(key) or 1
        where = f"{self._path}:{line}: '{key}.{pattern}'"
        if value not in list(Severity):
            raise ConfigurationError(f'{where} must be "error" or "warning"')
        weight = Weight(Severity(value), line)
        touched = [f for f in BINDING if pattern.startswith(f) or f.startswith(pattern)]
        if weight.severity is Severity.WARNING and touched:
            message = f"{where}: rules of the family {touched[0][:3]} stay errors"
            raise ConfigurationError(message, "remove it, or write longer ids")
        return weight

    def _read_model(self, key: str) -> Model:
        from expdocs.modelsettings import read_model  # noqa: PLC0415 - few repositories have one

        try:
            return read_model(self._table[key])
        except ConfigurationError as error:
            raise self._problem(key, error.message, error.hint) from None

    def _problem(self, key: str, message: str, hint: str = "") -> ConfigurationError:
        return ConfigurationError(f"{self._path}:{self._line(key) or 1}: {message}", hint)

    def _line(self, key: str) -> int:
        """Return the line on which a key is given a value, or its first table begins, or 0."""
        name = re.escape(key)
        given = rf"^[ \t]*(?:[\"']?{name}[\"']?[ \t]*=|\[\[?(?:tool\.expdocs\.)?{name}\]\]?)"
        place = re.search(given, self._text, re.MULTILINE)
        return self._text.count("\n", 0, place.start()) + 1 if place else 0


def _wrong_exclusion(entry: Any) -> str:
    """Return what is wrong with an entry of ``untold``, or an empty text."""
    if not isinstance(entry, dict) or not set(entry) <= set(Untold._fields):
        return f"must be a table with {', '.join(Untold._fields)}"
    if not all(isinstance(value, str) and value.strip() for value in entry.values()):
        return "has a value that is no text, or an empty one"
    if "reason" not in entry:
        return "gives no reason"
    if sum(name in entry for name in ("experiment", "run", "model")) != 1:
        return "must name one of experiment, run and model"
    if "state" in entry and ("experiment" not in entry or entry["state"] not in STATES):
        return f"may give an experiment's state alone: {', '.join(STATES)}"
    if "run" in entry and not re.fullmatch("[0-9a-f]{32}", entry["run"]):
        return "must name a run by its full id"
    return ""


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_FORM = {
    "records": "folders",
    "evidence": "folder",
    "schemas": "folder",
    "exclude": "texts",
    "project": "text",
    "people": "people",
    "require": "edges",
    "units": "texts",
    "select": "texts",
    "ignore": "texts",
    "not_secret": "digests",
    "withhold": "logged",
    "severity": "weights",
    "protected_branch": "text",
    "repositories": "aliases",
    "trackers": "aliases",
    "site": "address",
    "experiments": "names",
    "untold": "untold",
    "production": "models",
    "model": "model",
}
