"""Turning a repository into an expdocs repository: nothing that exists is overwritten."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from expdocs.atomic import create_bytes, write_bytes
from expdocs.workspace import Workspace

ASSETS = Path(__file__).with_name("init")


@dataclass(frozen=True, slots=True)
class Step:
    """What was done about one file: ``wrote``, ``added to``, ``kept``; and what is left to do."""

    path: str
    did: str
    advice: str = ""


# Where each file of the set-up goes, and what to do by hand where the user has one already.
_FILES = {
    "journal/README.md": "journal.md",
    "decisions/README.md": "decisions.md",
    "docs/how-we-record.md": "how-we-record.md",
    ".github/workflows/expdocs.yml": "workflow.yml",
}
_LINES = {".gitattributes": "gitattributes", ".gitignore": "gitignore"}
_MERGED = {".pre-commit-config.yaml": "pre-commit-config.yaml", "mkdocs.yml": "mkdocs.yml"}


def initialise(workspace: Workspace, *, branch: str, name: str, git_hooks: bool) -> list[Step]:
    """Write what is missing and return a step for each file; running it again changes nothing."""
    values = {"branch": branch or "main", "name": name}
    steps = [_configuration(workspace, values)]
    steps += [_whole(workspace, path, asset, values) for path, asset in _FILES.items()]
    steps += [_lines(workspace, path, asset) for path, asset in _LINES.items()]
    steps += [_merged(workspace, path, asset, values) for path, asset in _MERGED.items()]
    if git_hooks:
        steps += [_hook(workspace, source) for source in sorted(hooks_folder().iterdir())]
    return steps


def hooks_folder() -> Path:
    """Return the folder of the plain git hooks, in an installed wheel or in a checkout."""
    packaged = Path(__file__).parent.parent / "hooks"
    return packaged if packaged.is_dir() else packaged.parent.parent / "hooks"


def _configuration(workspace: Workspace, values: dict[str, str]) -> Step:
    if workspace.settings.configured:
        return Step(workspace.settings.file, "kept")
    return _whole(workspace, "expdocs.toml", "expdocs.toml", values)


def _whole(workspace: Workspace, path: str, asset: str, values: dict[str, str]) -> Step:
    target = workspace.place(path)
    if target.exists():
        return Step(path, "kept")
    create_bytes(target, _filled(asset, values).encode("utf-8"))
    return Step(path, "wrote")


def _lines(workspace: Workspace, path: str, asset: str) -> Step:
    target = workspace.place(path)
    wanted = _filled(asset, {}).splitlines()
    if not target.exists():
        create_bytes(target, "".join(f"{line}\n" for line in wanted).encode("utf-8"))
        return Step(path, "wrote")
    present = target.read_text(encoding="utf-8", errors="surrogateescape")
    missing = [line for line in wanted if line not in present.splitlines()]
    if not missing:
        return Step(path, "kept")
    text = present + ("" if present.endswith("\n") or not present else "\n")
    text += "".join(f"{line}\n" for line in missing)
    write_bytes(target, text.encode("utf-8", errors="surrogateescape"))
    return Step(path, "added to")


def _merged(workspace: Workspace, path: str, asset: str, values: dict[str, str]) -> Step:
    step = _whole(workspace, path, asset, values)
    if step.did == "wrote":
        return step
    present = workspace.place(path).read_text(encoding="utf-8", errors="replace")
    if re.search(r"\bexpdocs\b", present):
        return step
    return Step(path, "kept", _filled(f"{asset}.advice", values))


def _hook(workspace: Workspace, source: Path) -> Step:
    path = f"hooks/{source.name}"
    target = workspace.place(path)
    if target.exists():
        return Step(path, "kept")
    create_bytes(target, source.read_bytes())
    target.chmod(0o755)
    return Step(path, "wrote")


def _filled(asset: str, values: dict[str, str]) -> str:
    text = (ASSETS / asset).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text
