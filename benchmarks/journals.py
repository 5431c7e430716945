"""Made-up journals, kept between runs, and the edits that are measured on them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from peers import cache, note

HERE = Path(__file__).parent
GENERATOR = ("corpora.py", "history.py", "plans.py", "texts.py")


class Journal:
    """A made-up journal, and the record in it that is edited."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.root = cache() / f"journal-{count}-{_generator()}"
        if not (self.root / "README.md").exists():
            for old in cache().glob(f"journal-{count}-*"):
                shutil.rmtree(old)
            note(f"making a journal of {count:,} records")
            subprocess.run([sys.executable, HERE / "corpora.py", self.root, str(count)], check=True)
        self.restore()
        records = sorted(self.root.glob("journal/experiments/**/*.md"))
        self.record = next(path for path in records if "\nstatus: proposed\n" in path.read_text())
        self._text = self.record.read_text()
        self._edits = 0

    def restore(self) -> None:
        """Undo all edits and forget all caches."""
        self.git("reset", "-q", "--hard")
        self.forget()

    def forget(self) -> None:
        """Remove expdocs' cache."""
        shutil.rmtree(self.root / ".git/expdocs", ignore_errors=True)

    def edit(self) -> None:
        """Give the record a text that it never had."""
        self._edits += 1
        self.record.write_text(f"{self._text}\nRead again, {self._edits} times by now.\n")

    def stage(self) -> None:
        """Edit the record and add it to the index."""
        self.edit()
        self.git("add", str(self.record))

    def git(self, *arguments: str) -> None:
        """Run git in the journal."""
        subprocess.run(["git", *arguments], cwd=self.root, check=True)


def _generator() -> str:
    sources = b"".join((HERE / name).read_bytes() for name in GENERATOR)
    return hashlib.sha256(sources).hexdigest()[:12]
