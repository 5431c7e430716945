"""Getting at MLflow without side effects, noise or tracebacks."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from expdocs.errors import ExpdocsError, MissingExtra
from expdocs.trackers.conversion import without_credentials

_DEFAULTS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
_SET_URI = "set MLFLOW_TRACKING_URI to the address of the tracking server"


class TrackerError(ExpdocsError):
    """The tracker cannot be reached, refuses, or answers what cannot be used."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a tracker is: for MLflow, for people (no credentials), for documents (no host)."""

    uri: str
    shown: str
    alias: str

    @property
    def scheme(self) -> str:
        """The kind of store: ``http``, ``sqlite``, ``file``, ``databricks``, …"""
        scheme = urlsplit(self.uri).scheme.partition("+")[0]
        return scheme or ("databricks" if self.uri.startswith("databricks") else "file")


def address_of(uri: str | None, root: Path, aliases: Mapping[str, str]) -> Address:
    """Return the tracker to ask: the argument, else ``MLFLOW_TRACKING_URI``, else ``mlflow.db``."""
    chosen = uri or os.environ.get("MLFLOW_TRACKING_URI") or _local(root)
    chosen = aliases.get(chosen, chosen)
    plain = _plain(chosen)
    alias = next((name for name in sorted(aliases) if _plain(aliases[name]) == plain), "mlflow")
    return Address(chosen, plain, alias)


def open_client(address: Address) -> Any:
    """Return an ``MlflowClient`` on a store that exists and has the current schema."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    client_class = _client_class()
    with guard(address.shown):
        _check_store(address)
        return client_class(tracking_uri=address.uri)


def check_registry(client: Any, address: Address) -> None:
    """Raise ``TrackerError`` where the models are in a database of their own that is none."""
    uri = str(getattr(client, "_registry_uri", "") or "")
    if uri and uri != address.uri:
        _check_store(Address(uri, _plain(uri), address.alias))


@contextmanager
def guard(shown: str) -> Iterator[None]:
    """Silence MLflow for a while and turn every failure into one ``TrackerError``."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ExpdocsError:
        raise
    except Exception as error:
        raise _explained(error, shown) from error
    finally:
        logging.disable(before)


def _local(root: Path) -> str:
    database = root.resolve() / "mlflow.db"
    if database.is_file():
        return f"sqlite:///{database}"
    raise TrackerError(f"no MLflow tracker is known here: {database} does not exist", _SET_URI)


def _plain(uri: str) -> str:
    bare = without_credentials(uri).partition("?")[0]
    return bare.rstrip("/")


def _client_class() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mlflow import MlflowClient  # noqa: PLC0415 - 2 seconds and an extra
    except ImportError as error:
        raise MissingExtra("mlflow", "pulling runs") from error
    return MlflowClient


# --- before MLflow opens a store: it would create or upgrade what it finds


def _check_store(address: Address) -> None:
    if address.scheme == "sqlite":
        _check_schema(address, _sqlite_revision(address))
    elif address.scheme in {"mysql", "postgresql", "mssql"}:
        _check_schema(address, _server_revision(address))
    elif address.scheme == "file":
        folder = address.uri.removeprefix("file://").removeprefix("file:")
        if not Path(folder).is_dir():
            raise TrackerError(f"the tracking URI {address.shown} names no folder", _SET_URI)


def _sqlite_revision(address: Address) -> str | None:
    path = Path(address.uri.partition(":///")[2].partition("?")[0])
    if not path.is_file():
        raise TrackerError(f"the tracking database {path} does not exist", _SET_URI)
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", "runs"} <= tables:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def _server_revision(address: Address) -> str | None:
    import sqlalchemy  # noqa: PLC0415 - comes with MLflow
    from alembic.migration import MigrationContext  # noqa: PLC0415 - comes with MLflow

    engine = sqlalchemy.create_engine(address.uri)
    try:
        with engine.connect() as connection:
            revision: str | None = MigrationContext.configure(connection).get_current_revision()
            return revision
    finally:
        engine.dispose()


def _check_schema(address: Address, found: str | None) -> None:
    from mlflow.store.db import utils  # noqa: PLC0415 - 2 seconds and an extra

    schema: Any = utils
    if found is None:
        raise TrackerError(f"{address.shown} is no MLflow database", _SET_URI)
    if found == schema._get_latest_schema_revision():
        return
    if found in _known_revisions(schema):
        raise TrackerError(
            f"the MLflow database {address.shown} has the schema of an older MLflow ({found})",
            f"back it up, then run: mlflow db upgrade {address.shown}",
        )
    raise TrackerError(
        f"the MLflow database {address.shown} has a schema ({found}) that the installed MLflow"
        " does not know",
        "install the MLflow version that wrote it, or a newer one; if it is an old one, run:"
        f" mlflow db upgrade {address.shown}",
    )


def _known_revisions(schema: Any) -> set[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - comes with MLflow

    scripts = ScriptDirectory.from_config(schema._get_alembic_config(db_url=""))
    return {script.revision for script in scripts.walk_revisions()}


# --- failures


_LOGIN = (
    "check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN;"
    " ask who runs the server for access"
)
_ADDRESS = "check MLFLOW_TRACKING_URI and that the server is running"
_NO_MLFLOW = "check that MLFLOW_TRACKING_URI leads to MLflow itself, not to a login page or a proxy"
_FILE_STORE = (
    "move the runs to a database (mlflow migrate-filestore), or set MLFLOW_ALLOW_FILE_STORE=true"
)
_SLOW = "try again, or give it longer: MLFLOW_HTTP_REQUEST_TIMEOUT=60"

# What a failure says, in the order of trying; MLflow tells most of them by text alone.
_FAILURES: tuple[tuple[str, str, str], ...] = (
    (r"error code (?:401|403)\b|UNAUTHENTICATED|PERMISSION_DENIED|CUSTOMER_UNAUTHORIZED",
     "refuses the credentials", _LOGIN),
    (r"MLFLOW_ALLOW_FILE_STORE|file store|filesystem tracking backend",
     "is a folder, and MLflow no longer reads runs from folders", _FILE_STORE),
    (r"password authentication failed|no pg_hba\.conf entry|Access denied for user",
     "refuses the credentials", "check the user and the password in MLFLOW_TRACKING_URI"),
    (r'database "[^"]*" does not exist|Unknown database', "has no such database", _ADDRESS),
    (r"No module named '(?P<code>\w+)", "needs the Python module {code}, which is not installed",
     "install the driver of the database, such as psycopg2-binary"),
    (r"[Tt]imed? ?out|timeout", "did not answer in time", _SLOW),
    (r"too many 429", "asks to slow down (HTTP 429)", "try again later"),
    (r"too many (?P<code>\d{3}) error|error code (?P<code2>5\d\d)\b",
     "fails with HTTP {code}", "look into the server's log, or try again later"),
    (r"SSLError|CERTIFICATE_VERIFY",
     "has a certificate that is not trusted",
     "set MLFLOW_TRACKING_SERVER_CERT_PATH to the certificate of its authority"),
    (r"[Ii]nvalid ?[Uu][Rr][Ll]|No host supplied|InvalidSchema|LocationParseError",
     "has an address that is not valid", _ADDRESS),
    (r"Connection|Max retries|RemoteDisconnected|resolve|NewConnectionError",
     "cannot be reached", _ADDRESS),
    (r"not in a valid JSON format|JSONDecodeError|ParseError|error code (?:404|3\d\d)\b",
     "answers what no MLflow server answers", _NO_MLFLOW),
    (r"out-of-date database schema", "has the schema of another MLflow version",
     "back it up, then run: mlflow db upgrade"),
    (r"database is locked", "is a database that somebody else is writing to", "try again"),
    (r"not a database|malformed|disk image|DatabaseError|OperationalError",
     "is a database that cannot be read: {detail}", "restore it from a backup"),
    (r"KeyError|AttributeError|TypeError|IndexError",
     "answers what no MLflow server answers", _NO_MLFLOW),
)  # fmt: skip


def _explained(error: Exception, shown: str) -> TrackerError:
    said = _said(error)
    detail = _first_line(error)
    for pattern, sentence, hint in _FAILURES:
        match = re.search(pattern, said)
        if match:
            named = match.groupdict()
            code = named.get("code") or named.get("code2") or ""
            filled = sentence.format(code=code, detail=detail)
            return TrackerError(f"the MLflow tracker {shown} {filled}", hint)
    return TrackerError(f"the MLflow tracker {shown} failed: {detail}", _ADDRESS)


def _said(error: BaseException) -> str:
    """What the error and those behind it say about themselves, bodies of pages left out."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < 8:  # noqa: PLR2004 - a chain is never that long
        text = str(current).partition("Response body:")[0]
        parts.append(f"{type(current).__name__} {getattr(current, 'error_code', '')} {text[:2000]}")
        current = current.__cause__ or current.__context__
    return "\n".join(parts)


def _first_line(error: BaseException) -> str:
    text = without_credentials(str(error)).partition("Response body:")[0].strip()
    return (text.splitlines() or [type(error).__name__])[0][:200]
