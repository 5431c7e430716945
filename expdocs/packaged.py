"""Folders of the repository's top level that a wheel carries inside the package."""

from __future__ import annotations

from pathlib import Path


def packaged_folder(name: str) -> Path:
    """Return ``schemas`` or ``hooks``, in an installed wheel or in a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
