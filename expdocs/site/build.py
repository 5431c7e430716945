"""Building and serving the site through MkDocs, so that a failure leaves the old site in place."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expdocs.errors import (
    CannotRun,
    ConfigurationError,
    ExpdocsError,
    MissingExtra,
    Refused,
    UsageError,
)
from expdocs.workspace import Workspace

MARKER = "expdocs-site.json"
CONFIGURATION = "mkdocs.yml"
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Built:
    """What was written, and what the records' check says."""

    folder: Path
    pages: int
    records: int
    errors: int
    warnings: int


def build(workspace: Workspace, output: Path) -> Built:
    """Build the site into ``output``; where it fails, ``ExpdocsError``, and nothing has changed."""
    configuration = _configuration(workspace)
    target = Path(os.path.abspath(output))  # noqa: PTH100 - links are not to be followed
    check_output(workspace, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        with _epoch(workspace):
            plan = _run(configuration, fresh)
        fresh.chmod(0o777 & ~_umask())
        _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Built(target, len(plan.pages), plan.records, plan.errors, plan.warnings)


def serve(workspace: Workspace, address: str, *, open_browser: bool) -> None:
    """Serve the site and build it anew on every change, until interrupted."""
    configuration = _configuration(workspace)
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > MAX_PORT:
        raise UsageError(f"'{address}' is no address", "write HOST:PORT, such as 127.0.0.1:8000")
    _needed()
    from mkdocs.commands.serve import serve as run  # noqa: PLC0415 - one of the two doors to mkdocs

    with _epoch(workspace), _messages() as said:
        try:
            run(
                str(configuration),
                dev_addr=address,
                open_in_browser=open_browser,
                strict=False,
            )
        except OSError as error:
            raise CannotRun(
                f"cannot serve at {address}: {error.strerror}", "choose another: --address"
            ) from error
        except (Exception, SystemExit) as error:
            raise _explained(error, said.lines) from error


def check_output(workspace: Workspace, target: Path) -> None:
    """Refuse a folder whose content is not a site of ours."""
    root = workspace.root.resolve()
    resolved = target.resolve()
    if resolved == root or root.is_relative_to(resolved):
        raise UsageError(f"{target} holds the repository itself", "choose a folder for the site")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(f"{target} is not a folder", "choose a folder for the site")
    if target.is_dir() and any(target.iterdir()) and not (target / MARKER).is_file():
        raise Refused(
            f"{target} is not empty and no site that expdocs built",
            "choose another folder with -o, or empty this one",
        )
    if resolved.is_relative_to(root) and _tracked(workspace, resolved.relative_to(root)):
        raise Refused(f"{target} holds files that git tracks", "choose another folder with -o")


def _tracked(workspace: Workspace, folder: Path) -> bool:
    spec = f":(top,literal){folder.as_posix()}"
    return bool(workspace.repository.run("ls-files", "-z", "--", spec))


def _configuration(workspace: Workspace) -> Path:
    found = workspace.root / CONFIGURATION
    if not found.is_file():
        raise ConfigurationError(
            f"there is no {CONFIGURATION} in {workspace.root}", "run: expdocs init"
        )
    return found


def _needed() -> None:
    try:
        import mkdocs  # noqa: F401, PLC0415
        import material  # noqa: F401, PLC0415 # isort: skip
    except ImportError as error:
        raise MissingExtra("site", "building the site") from error


def _run(configuration: Path, folder: Path) -> Any:
    _needed()
    from mkdocs.commands.build import build as run  # noqa: PLC0415
    from mkdocs.config import load_config  # noqa: PLC0415

    with _messages() as said:
        try:
            config = load_config(str(configuration), site_dir=str(folder), strict=True)
            plugin = config.plugins.get("expdocs")
            if plugin is None:
                raise ConfigurationError(
                    f"{CONFIGURATION} does not name the plugin", "add under `plugins:`  - expdocs"
                )
            config.plugins.on_startup(command="build", dirty=False)
            try:
                run(config)
            finally:
                config.plugins.on_shutdown()
        except ExpdocsError:
            raise
        except (Exception, SystemExit) as error:
            raise _explained(error, said.lines) from error
    return plugin.plan


def _explained(error: BaseException, lines: list[str]) -> ExpdocsError:
    """Return one message for a failure inside mkdocs: ours where it was ours."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ExpdocsError):
            return cause
        cause = cause.__cause__ or cause.__context__
    said = "; ".join(dict.fromkeys(lines)) or str(error) or type(error).__name__
    return CannotRun(f"mkdocs could not build the site: {said[:800]}", f"see {CONFIGURATION}")


class _Collector(logging.Handler):
    """Keeps what mkdocs warns of, instead of printing it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(record.getMessage().split()))


@contextmanager
def _messages() -> Iterator[_Collector]:
    """Collect the warnings and errors of mkdocs; the theme's advertisement stays quiet."""
    logger = logging.getLogger("mkdocs")
    collector, passed_on = _Collector(), logger.propagate
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "true")
    logger.addHandler(collector)
    logger.propagate = False
    try:
        yield collector
    finally:
        logger.removeHandler(collector)
        logger.propagate = passed_on


@contextmanager
def _epoch(workspace: Workspace) -> Iterator[None]:
    """Let the time of HEAD be the build's time, so that building twice gives the same bytes."""
    name = "SOURCE_DATE_EPOCH"
    if name in os.environ or workspace.repository.resolve("HEAD") is None:
        yield
        return
    shown = workspace.repository.run("show", "-s", "--format=%ct", "HEAD")
    os.environ[name] = shown.decode().strip()
    try:
        yield
    finally:
        os.environ.pop(name, None)


def _swap(fresh: Path, target: Path) -> None:
    """Put the new folder where the old one is; the old one comes back when that fails."""
    if not target.exists():
        fresh.rename(target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-old-"))
    try:
        target.rename(old / target.name)
        try:
            fresh.rename(target)
        except OSError:
            (old / target.name).rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
