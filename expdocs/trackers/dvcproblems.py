"""What went wrong between DVC and a remote, as one sentence that says what to configure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from expdocs.trackers.conversion import without_credentials

# By what cloud libraries call their exceptions or write in them, none of which is imported here.
_REASONS = (
    (
        r"RemoteMissingDeps|requires 'dvc-|Missing dependencies",
        "needs a driver that is not installed: run python -m pip install 'dvc[{scheme}]'",
    ),
    (
        r"NoCredentials|PartialCredentials|DefaultCredentials|CredentialUnavailable|AuthError"
        r"|ClientAuthentication|Unauthorized|\b401\b|InvalidAccessKeyId|SignatureDoesNotMatch"
        r"|ExpiredToken|Anonymous caller|Authentication",
        "asks for credentials: {credentials}",
    ),
    (
        r"PermissionError|Forbidden|AccessDenied|\b403\b|permission",
        "refuses access with these credentials: {credentials}",
    ),
    (
        r"RemoteNotFound|RemoteConfig|ConfigError|NotDvcRepo|UnsupportedVersion|ConfigParser",
        "is not configured in a way that DVC accepts: run dvc config --list",
    ),
    (
        r"Timeout|TimedOut|Connect|Resolution|gaierror|Unreachable|Network|ClientError|SSL|socket",
        "cannot be reached: check the network and the address in dvc remote list",
    ),
    (
        r"NoSuchBucket|\b404\b|FileNotFound",
        "does not exist at the configured address: run dvc remote list",
    ),
)
_CREDENTIALS = {
    "s3": "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS or run gcloud auth application-default login",
    "azure": "set AZURE_STORAGE_CONNECTION_STRING or run az login",
    "ssh": "load your key into ssh-agent",
}
_ELSE = "set user and password with dvc remote modify --local"
_SCHEME = re.compile(r"dvc[-_\[]+(s3|gs|gdrive|azure|ssh|hdfs|webhdfs|oss|webdav|http)")


def sentence(place: str, error: BaseException) -> str:
    """Return what a failure at a place means; addresses lose their credentials."""
    chain = list(_chain(error))
    told = " ".join(f"{type(e).__module__}.{type(e).__name__} {e}" for e in chain)
    scheme = _scheme(told)
    for pattern, text in _REASONS:
        if re.search(pattern, told):
            return f"{place} " + text.format(
                scheme=scheme or "all", credentials=_CREDENTIALS.get(scheme, _ELSE)
            )
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return f"{place} gives no answer: {without_credentials(first)[:200]}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _scheme(told: str) -> str:
    if found := _SCHEME.search(told):
        return found[1]
    names = {"botocore": "s3", "s3fs": "s3", "gcsfs": "gs", "google.": "gs", "azure": "azure"}
    return next((scheme for name, scheme in names.items() if name in told), "")
