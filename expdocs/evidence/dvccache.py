"""DVC's local cache, found through the configuration of the nearest DVC repository."""

from __future__ import annotations

from pathlib import Path

from expdocs.evidence.dvcfiles import directory_listing, listing_path
from expdocs.questions import Note


def cached_listing(root: Path, path: str, value: str, note: Note) -> dict[str, str] | None:
    """Return the files of a tracked directory, or None where the cache lacks its listing.

    There may be several DVC repositories in one git repository (``dvc init --subdir``): the one
    nearest above the path keeps it.
    """
    folder = _dvc_root(root, path, note)
    file = listing_path(dvc_cache(folder), value)
    if file is None:
        return None
    note(f"disk:{file}")
    return directory_listing(file, value)


def _dvc_root(root: Path, path: str, note: Note) -> Path:
    for above in (root / path).parents:
        for file in dvc_config(above):
            note(f"disk:{file}")
        if above == root or (above / ".dvc").is_dir():
            return above
    return root


def dvc_config(root: Path) -> list[Path]:
    """Return the files in which DVC is configured for a repository."""
    return [root / ".dvc" / "config", root / ".dvc" / "config.local"]


def dvc_cache(root: Path) -> Path:
    """Return the folder of DVC's local cache: configured, or ``.dvc/cache``."""
    import configparser  # noqa: PLC0415 - of use for data in a tracked folder only

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    folder = root / ".dvc"
    try:
        parser.read(dvc_config(root), encoding="utf-8")
        configured = parser.get("cache", "dir", fallback="")
    except (configparser.Error, OSError, UnicodeDecodeError):
        configured = ""
    return folder / configured if configured else folder / "cache"
