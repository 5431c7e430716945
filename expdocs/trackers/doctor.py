"""What is active in this place, and what to do about what is not: one fact after the other."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from expdocs.config import Settings
from expdocs.errors import CannotRun, ExpdocsError
from expdocs.evidence.dvccache import dvc_config
from expdocs.run_context import switched_off
from expdocs.trackers.connection import address_of, guard, open_client
from expdocs.trackers.dvc import presence
from expdocs.trackers.facts import Fact, State
from expdocs.trackers.gitfacts import git_facts
from expdocs.workspace import Workspace

_EXTRAS = {
    "mlflow": ("mlflow", "pulling runs and tagging them"),
    "dvc": ("dvc", "looking for data objects"),
    "site": ("material", "building the site"),
    "stats": ("scipy", "comparing runs that share seeds"),
}
_GROUP = "mlflow.run_context_provider"
_REMOTE = re.compile(r"""'?remote "(.+)"'?""")
# A hash that nothing has, by which a remote can be asked whether it answers.
_NO_OBJECT = "md5:" + "0" * 32


def examine(start: Path) -> Iterator[Fact]:
    """Yield every fact about the place that holds ``start``; what fails is a fact, too."""
    yield from _extras()
    workspace = None
    try:
        workspace = Workspace.open(start)
    except CannotRun as problem:
        yield Fact("git", State.OFF, problem.message, problem.hint)
    settings = Settings()
    if workspace is not None:
        try:
            settings = workspace.settings
            yield _configuration(settings)
        except ExpdocsError as problem:
            yield Fact("configuration", State.BROKEN, problem.message, problem.hint)
        yield from _told("git", lambda: git_facts(workspace, settings))
    yield from _told("provenance", _provenance)
    root = start if workspace is None else workspace.root
    yield from _told("tracker", lambda: _tracker(root, settings))
    yield from _told("data", lambda: _data(root))


def _told(topic: str, facts: Callable[[], Iterable[Fact]]) -> Iterator[Fact]:
    """Yield the facts, and what keeps them from being found as another one."""
    try:
        yield from facts()
    except ExpdocsError as problem:
        yield Fact(topic, State.BROKEN, problem.message, problem.hint)


def _extras() -> Iterator[Fact]:
    for extra, (module, needed_for) in _EXTRAS.items():
        if find_spec(module) is None:
            hint = f"for {needed_for} run: python -m pip install 'expdocs[{extra}]'"
            yield Fact(f"extra {extra}", State.OFF, "is not installed", hint)
        else:
            name = "mkdocs-material" if module == "material" else module
            yield Fact(f"extra {extra}", State.OK, f"{name} {_version(name)}")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "of an unknown version"


def _configuration(settings: Settings) -> Fact:
    if settings.configured:
        return Fact("configuration", State.OK, f"read from {settings.file}")
    message = "nothing says that expdocs is used here"
    return Fact("configuration", State.OFF, message, "run: expdocs init")


# --- the run-context provider


def _provenance() -> Iterator[Fact]:
    found = [one for one in metadata.entry_points(group=_GROUP) if one.name == "expdocs"]
    if not found:
        hint = "install expdocs into this Python: python -m pip install 'expdocs[mlflow]'"
        yield Fact("provenance", State.WARN, "MLflow finds no provider in this Python", hint)
        return
    try:
        provider = found[0].load()()
    except Exception as error:
        hint = "run: python -m pip install --force-reinstall 'expdocs[mlflow]'"
        message = f"the provider cannot be loaded: {type(error).__name__}"
        yield Fact("provenance", State.BROKEN, message, hint)
        return
    if switched_off():
        yield Fact("provenance", State.OFF, "EXPDOCS_PROVENANCE turns it off", "unset it")
    elif provider.in_context():
        yield _tagging(provider.tags())
    else:
        yield Fact("provenance", State.OFF, "this folder is in no repository that uses expdocs")


def _tagging(tags: dict[str, str]) -> Fact:
    names = sorted(name.removeprefix("expdocs.") for name in tags)
    if find_spec("mlflow") is None:
        message = "MLflow is not installed here, so no run gets tags"
        return Fact("provenance", State.OFF, message)
    if "code_tree" not in names:
        message = "a run started here would not record its code"
        return Fact("provenance", State.WARN, message, "see whether `git status` works here")
    return Fact("provenance", State.OK, f"a run started here records {', '.join(names)}")


# --- the tracker


def _tracker(root: Path, settings: Settings) -> Iterator[Fact]:
    named = "MLFLOW_TRACKING_URI" in os.environ
    if not named and not (root / "mlflow.db").is_file():
        hint = "set MLFLOW_TRACKING_URI to the address of the tracking server"
        yield Fact("tracker", State.OFF, "none is configured", hint)
        return
    address = address_of(None, root, settings.trackers)
    if find_spec("mlflow") is None:
        message = f"{address.shown} was not asked: MLflow is not installed"
        yield Fact("tracker", State.OFF, message)
        return
    client = open_client(address)
    with guard(address.shown):
        client.search_experiments(max_results=1)
    engine = getattr(getattr(client._tracking_client, "store", None), "engine", None)
    if engine is not None:
        engine.dispose()
    yield Fact("tracker", State.OK, f"{address.shown} answers")
    if address.scheme in {"http", "https"}:
        yield Fact("credentials", State.OK, _credentials())


def _credentials() -> str:
    if os.environ.get("MLFLOW_TRACKING_TOKEN"):
        return "the tracker gets the token in MLFLOW_TRACKING_TOKEN"
    if os.environ.get("MLFLOW_TRACKING_USERNAME"):
        return "the tracker gets the user in MLFLOW_TRACKING_USERNAME and its password"
    return "the tracker answers without any"


# --- data


def _data(root: Path) -> Iterator[Fact]:
    if not (root / ".dvc").is_dir():
        yield Fact("data", State.OFF, "DVC is not used in this folder")
        return
    remotes = _remotes(root)
    if find_spec("dvc") is None:
        yield Fact("data", State.OFF, "DVC is not installed, so no remote was asked")
        return
    problems = presence(root, [_NO_OBJECT])[_NO_OBJECT].unreachable
    for problem in problems:
        yield Fact("data", State.BROKEN, problem)
    if not remotes:
        hint = "run: dvc remote add -d NAME ADDRESS"
        yield Fact("data", State.WARN, "no remote is configured: data stays here", hint)
    elif not problems:
        plural = "s" if len(remotes) > 1 else ""
        yield Fact("data", State.OK, f"remote{plural} {', '.join(remotes)} can be read")


def _remotes(root: Path) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(dvc_config(root), encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        message = "DVC's configuration cannot be read"
        raise CannotRun(message, "run: dvc config --list") from error
    found = (_REMOTE.fullmatch(section) for section in parser.sections())
    return sorted(match[1] for match in found if match)
