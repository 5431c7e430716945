"""Making the demo: a folder, the environment, the story, and a word on what is left if it fails."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from expdocs.demo.environment import isolated
from expdocs.demo.story import Demo, Progress, tell
from expdocs.errors import ExpdocsError, MissingExtra, UsageError

SEED = 7
NEEDED = ("mlflow", "dvc", "sklearn")


def make_demo(directory: Path, seed: int, progress: Progress) -> Path:
    """Make the demo's repository in a folder that is new or empty, and return the folder.

    Raises ``UsageError`` when the folder holds something, ``MissingExtra`` without the extra
    ``demo``. Where it fails under way, the error's hint says what is left.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtra("demo", "making the demo")
    _refuse_used(directory)
    directory.mkdir(parents=True, exist_ok=True)
    root = directory.resolve()
    try:
        with isolated():
            tell(Demo(root, seed, progress))
    except ExpdocsError as error:
        left = f"{root} holds an unfinished demo: remove it before you try again"
        raise ExpdocsError(error.message, left) from error
    return root


def _refuse_used(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file", "name a folder that does not exist yet")
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty", "name a folder that does not exist yet")
