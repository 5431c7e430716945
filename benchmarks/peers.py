"""Other people's checkers: installed into a venv of their own, fed with what they can read."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from expdocs.kinds.registry import Kind

PACKAGES = ("check-jsonschema", "doorstop", "yamllint")
YAMLLINT = "{extends: default, rules: {document-start: disable, line-length: disable}}"


def cache() -> Path:
    """Return the folder that outlives a run: the venv of the peers, and the journals."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "expdocs-benchmarks"


def note(doing: str) -> None:
    """Say on stderr what takes the time."""
    print(f"{doing} ...", file=sys.stderr, flush=True)


class Peers:
    """The venv with the peers; made at the first use, by whatever index pip is set up for."""

    def __init__(self, folder: Path) -> None:
        self._bin = folder / "bin"
        mark = folder / ".has-peers"
        if not mark.exists():
            note(f"installing {', '.join(PACKAGES)} into {folder}")
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            pip = [self.program("python"), "-m", "pip", "-qq", "--disable-pip-version-check"]
            subprocess.run([*pip, "install", *PACKAGES], check=True)
            mark.touch()

    def program(self, name: str) -> str:
        """Return the path of one of the venv's programs."""
        return str(self._bin / name)

    def versions(self) -> dict[str, str]:
        """Return the version of each peer."""
        code = f"from importlib.metadata import version as v\nfor n in {PACKAGES}: print(n, v(n))"
        done = subprocess.run(
            [self.program("python"), "-c", code], check=True, capture_output=True, text=True
        )
        return dict(line.split() for line in done.stdout.splitlines())


class OneFile(NamedTuple):
    """A record as the peers can read it: its front matter, and one schema without references."""

    front_matter: Path
    schema: Path


def one_file(record: Path, kind: Kind, folder: Path) -> OneFile:
    """Write a record's front matter and its kind's schema, with what they share put inside."""
    found = OneFile(folder / "record.yaml", folder / "schema.json")
    found.schema.write_text(json.dumps(self_contained(kind)))
    rewrite(record, found)
    return found


def rewrite(record: Path, found: OneFile) -> None:
    """Write the front matter of a record that was changed."""
    yaml = record.read_text(encoding="utf-8").split("---\n", 2)[1]
    found.front_matter.write_text(yaml, encoding="utf-8")


def self_contained(kind: Kind) -> dict[str, Any]:
    """Return a kind's schema with the common definitions as its own `$defs`.

    A reference to the common document would be fetched or refused by other tools.
    """
    prefix = f"{kind.common['$id']}#/$defs/"
    whole = json.dumps({**kind.schema, "$defs": kind.common["$defs"]})
    found: dict[str, Any] = json.loads(whole.replace(f'"{prefix}', '"#/$defs/'))
    return found


# --- doorstop: requirements in documents, each item a YAML file with links and stamps

_WORDS = (
    "The candidate was trained on the same rows as the baseline and compared on the validation "
    "month. The gain sits in contracts below one year; long contracts behave as before. Regions "
    "differ less than expected, and the smallest one is too small to say anything. "
)


class Item(NamedTuple):
    """One item: its id, its text, and the items of the parent document that it links to."""

    uid: str
    text: str
    parents: tuple[Item, ...]  # type: ignore[misc]

    def stamp(self, *, links: bool = False) -> str:
        """Return doorstop's hash of the item, by which it knows what was reviewed."""
        parents = [parent.uid for parent in self.parents] if links else []
        return _stamp(self.uid, self.text, "", *parents)


def _stamp(*values: str) -> str:
    digest = hashlib.sha256("".join(values).encode()).digest()
    return urlsafe_b64encode(digest).decode()


def doorstop_tree(root: Path, count: int) -> None:
    """Write a tree of ``count`` reviewed items in which doorstop finds nothing.

    The shares are those of our journals; every item has a child, as doorstop wants it.
    """
    compacts = _items("CMP", count // 20, [])
    experiments = _items("EXP", count - count // 20 - count // 10, compacts)
    decisions = _items("DEC", count // 10, experiments)
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    for prefix, parent, items in (
        ("CMP", "", compacts),
        ("EXP", "CMP", experiments),
        ("DEC", "EXP", decisions),
    ):
        _write_document(root / prefix.lower(), prefix, parent, items)


def _items(prefix: str, count: int, parents: list[Item]) -> list[Item]:
    """Return items that share the parents among them, so that no parent is without a child."""
    items = []
    for n in range(count):
        share = parents[n % len(parents) :: count] if parents else []
        text = f"{_WORDS * 4}This is number {n} of its kind."
        items.append(Item(f"{prefix}{n + 1:05d}", text, tuple(share or parents[:1])))
    return items


def _write_document(folder: Path, prefix: str, parent: str, items: list[Item]) -> None:
    folder.mkdir()
    settings = {"digits": 5, "prefix": prefix, "sep": ""} | ({"parent": parent} if parent else {})
    (folder / ".doorstop.yml").write_text(_yaml("settings", settings))
    for number, item in enumerate(items, start=1):
        content = "".join(_item_lines(item, number))
        (folder / f"{item.uid}.yml").write_text(content)


def _yaml(key: str, values: Mapping[str, Any]) -> str:
    return f"{key}:\n" + "".join(f"  {name}: {json.dumps(v)}\n" for name, v in values.items())


def _item_lines(item: Item, number: int) -> Iterator[str]:
    yield f"active: true\nderived: false\nheader: ''\nlevel: 1.{number // 9 + 1}.{number % 9 + 1}\n"
    yield "links:\n" if item.parents else "links: []\n"
    yield from (f"- {parent.uid}: {parent.stamp()}\n" for parent in item.parents)
    yield f"normative: true\nref: ''\nreviewed: {item.stamp(links=True)}\ntext: |\n  {item.text}\n"
