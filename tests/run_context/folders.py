"""A real repository to start runs in, and what its tags are held against."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

CONFIG = '[tool.expdocs]\nproject = "churn"\n'
WITHOUT = [
    *("**/*.dvc", "**/*.ipynb", "**/*.log", "**/*.pyc", "**/.gitignore", "**/.ipynb_checkpoints/"),
    *("**/__pycache__/", "**/dvc.lock", "**/mlartifacts/", "**/mlflow.db", "**/mlflow.db-journal"),
    *("**/mlflow.db-shm", "**/mlflow.db-wal", "**/mlruns/"),
]
# What a process tells of itself, whatever the repository holds.
OF_PROCESS = {"expdocs.command", "expdocs.python", "expdocs.environment"}


def clean_environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "Ana",
        "GIT_AUTHOR_EMAIL": "ana@example.org",
        "GIT_COMMITTER_NAME": "Ana",
        "GIT_COMMITTER_EMAIL": "ana@example.org",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


class Repository:
    """A real repository that is the current folder of the test."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root = root
        self.environment = environment

    def git(self, *arguments: str, **more: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=self.environment | more,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, files: dict[str, str]) -> None:
        for path, content in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(content, "utf-8")

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def sources(self, *paths: str) -> str:
        """The digest of committed source files, named in the order of their paths."""
        listed = "".join(f"{self.git('rev-parse', f'HEAD:{path}')} {path}\0" for path in paths)
        return f"v1:{hashlib.sha256(listed.encode()).hexdigest()}"

    def code_tree(self, *left_out: str, revision: str = "HEAD") -> str:
        """The tree of a commit without some paths, computed with git alone."""
        index = {"GIT_INDEX_FILE": str(self.root.parent / "independent-index")}
        self.git("read-tree", revision, **index)
        names = [f"{name}**" if name.endswith("/") else name for name in WITHOUT]
        pathspecs = [*left_out, *(f":(glob){name}" for name in names)]
        self.git(
            "rm", "-r", "-q", "--cached", "--sparse", "--ignore-unmatch", "--", *pathspecs, **index
        )
        return self.git("write-tree", **index)
