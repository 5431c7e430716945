"""Turning a repository into an expdocs repository: nothing that exists is overwritten."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from expdocs.atomic import create_bytes, write_bytes
from expdocs.errors import CannotRun
from expdocs.packaged import packaged_folder
from expdocs.repository import Repository
from expdocs.workspace import Workspace

ASSETS = Path(__file__).with_name("init")


@dataclass(frozen=True, slots=True)
class Step:
    """What was done about one file: ``wrote``, ``added to``, ``kept``; and what is left to do."""

    path: str
    did: str
    advice: str = ""


# Where each file of the set-up goes; where the user has one already, it stays as it is.
_FILES = {"docs/how-we-record.md": "how-we-record.md"}
# Files that only their owner can merge: what to add is shown, from `<asset>.advice`.
_MERGED = {".pre-commit-config.yaml": "pre-commit-config.yaml", "mkdocs.yml": "mkdocs.yml"}
_GITHUB = {".github/workflows/expdocs.yml": "workflow.yml"}
_GITLAB = {".gitlab-ci.yml": "gitlab-ci.yml"}


def initialise(workspace: Workspace, *, git_hooks: bool) -> list[Step]:
    """Write what is missing and return a step for each file; running it again changes nothing."""
    gitlab = "gitlab" in _origin(workspace.repository)
    whole = _FILES | _read_me(workspace) | ({} if gitlab else _GITHUB)
    merged = _MERGED | (_GITLAB if gitlab else {})
    # Files of lines that stand for themselves: those that are missing are added.
    lines = {".gitattributes": _attributes(workspace), ".gitignore": _filled("gitignore", {})}
    for path in [*whole, *lines, *merged]:
        _free_or_file(workspace, path)
    values = _values(workspace)
    steps = [_configuration(workspace, values)]
    steps += [_whole(workspace, path, _filled(asset, values)) for path, asset in whole.items()]
    steps += [_lines(workspace, path, text) for path, text in lines.items()]
    steps += [_merged(workspace, path, asset, values) for path, asset in merged.items()]
    if git_hooks:
        steps += [_hook(workspace, source) for source in sorted(packaged_folder("hooks").iterdir())]
    return steps


def main_branch(repository: Repository) -> str:
    """Return the branch that others build on: the remote's, else main or master, else this one."""
    named = _said(repository, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    if named:
        return named.removeprefix("origin/")
    for name in ("main", "master"):
        if _said(repository, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}"):
            return name
    return _said(repository, "symbolic-ref", "--quiet", "--short", "HEAD") or "main"


def _origin(repository: Repository) -> str:
    return _said(repository, "config", "--get", "remote.origin.url").lower()


def _said(repository: Repository, *arguments: str) -> str:
    try:
        return repository.run(*arguments).decode(errors="replace").strip()
    except CannotRun:
        return ""


def _read_me(workspace: Workspace) -> dict[str, str]:
    """Return the files that explain the default record folders, where these are in use."""
    known = {"journal": "journal.md", "decisions": "decisions.md"}
    roots = workspace.settings.records
    return {f"{root}/README.md": known[root] for root in roots if root in known}


def _free_or_file(workspace: Workspace, path: str) -> None:
    """Raise before anything is written when a file cannot have its place."""
    target = workspace.root / path
    if target.is_symlink() or target.is_file():
        return
    blocking = next(parent for parent in workspace.place(path).parents if parent.exists())
    if target.exists() or not blocking.is_dir():
        wrong = target if target.exists() else blocking
        raise CannotRun(
            f"{path} cannot be written: {wrong.relative_to(workspace.root).as_posix()} is no "
            f"{'file' if wrong == target else 'folder'}",
            "move it away, and run this again",
        )


# --- values


def _values(workspace: Workspace) -> dict[str, str]:
    """Return what assets are filled with, each quoted for its place."""
    branch = main_branch(workspace.repository)
    shown = "".join(c if c.isprintable() else " " for c in workspace.root.name).strip()
    return {
        "branch": _quoted(branch),
        # The characters that mean something in a workflow's branch patterns.
        "branch-pattern": _quoted(re.sub(r"([]*?+!\[])", r"\\\1", branch)),
        "name": _quoted(shown or "Experiments"),
    }


def _quoted(text: str) -> str:
    """Return text in the double quotes that TOML, YAML and JSON share."""
    return json.dumps(text, ensure_ascii=False)


def _attributes(workspace: Workspace) -> str:
    settings = workspace.settings
    roots = settings.records
    lines = [
        f"{_pattern(settings.evidence)}/** linguist-generated -diff",
        f"{_pattern(settings.synthesis)}/**/*.claims.json linguist-generated text eol=lf",
    ]
    return "\n".join([*lines, *(f"{_pattern(root)}/**/*.md text eol=lf" for root in roots), ""])


def _pattern(folder: str) -> str:
    # A pattern in .gitattributes ends at a blank.
    escaped = re.sub(r"([*?\[\]])", r"\\\1", folder)
    return escaped.replace(" ", "[[:space:]]")


def _filled(asset: str, values: Mapping[str, str]) -> str:
    text = (ASSETS / asset).read_text(encoding="utf-8")
    return re.sub(r"@([a-z-]+)@", lambda found: values[found[1]], text)


# --- steps


def _configuration(workspace: Workspace, values: Mapping[str, str]) -> Step:
    if workspace.settings.configured:
        return Step(workspace.settings.file, "kept")
    return _whole(workspace, "expdocs.toml", _filled("expdocs.toml", values))


def _whole(workspace: Workspace, path: str, text: str) -> Step:
    target = workspace.root / path
    if target.exists() or target.is_symlink():
        return Step(path, "kept")
    create_bytes(workspace.place(path), text.encode("utf-8"))
    return Step(path, "wrote")


def _lines(workspace: Workspace, path: str, text: str) -> Step:
    step = _whole(workspace, path, text)
    if step.did == "wrote":
        return step
    target = workspace.root / path
    present = target.read_bytes() if target.exists() else b""
    there = {line.strip() for line in present.splitlines()}
    missing = [line for line in text.encode().splitlines() if line and line not in there]
    if not missing:
        return step
    if target.is_symlink():
        return Step(path, "kept", b"\n".join(missing).decode())
    end = b"\r\n" if b"\r\n" in present else b"\n"
    start = present if present.endswith((b"\n", b"\r")) or not present else present + end
    write_bytes(target, start + b"".join(line + end for line in missing))
    return Step(path, "added to")


def _merged(workspace: Workspace, path: str, asset: str, values: Mapping[str, str]) -> Step:
    step = _whole(workspace, path, _filled(asset, values))
    if step.did == "wrote" or _names_expdocs(workspace.root / path):
        return step
    return Step(path, "kept", _filled(f"{asset}.advice", values))


def _names_expdocs(path: Path) -> bool:
    return path.exists() and re.search(rb"\bexpdocs\b", path.read_bytes()) is not None


def _hook(workspace: Workspace, source: Path) -> Step:
    path = f"hooks/{source.name}"
    step = _whole(workspace, path, source.read_text(encoding="utf-8"))
    target = workspace.root / path
    if step.did == "wrote":
        target.chmod(0o755)
    elif not _names_expdocs(target):
        return Step(path, "kept", _instructions(source))
    return step


def _instructions(source: Path) -> str:
    """Return a hook without its first line and its comments."""
    lines = source.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line and not line.startswith("#"))
