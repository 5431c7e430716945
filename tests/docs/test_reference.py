"""The reference is up to date and complete, and every link on every page leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from expdocs.cli.main import cli
from expdocs.rules.catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]
# Pages that the site's plugin makes; none of them is a file here.
GENERATED = re.compile(r"(?:index|audit|rules|commits|(?:kinds|runs|projects|records)/[\w-]+)\.md")


def test_the_generated_pages_are_up_to_date() -> None:
    script = ROOT / "tools" / "reference.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


def test_every_command_and_option_is_in_the_reference() -> None:
    page = (DOCS / "reference/cli.md").read_text(encoding="utf-8")
    for path, command in _commands(cli, "expdocs"):
        section = page.split(f"\n## {path}\n")[1].split("\n## ")[0]
        for option in (p for p in command.params if isinstance(p, click.Option)):
            names = [re.escape(name) for name in (*option.opts, *option.secondary_opts)]
            assert all(re.search(rf"^\| `[^`]*{name}\b", section, re.M) for name in names), path


def test_every_command_says_what_it_does_and_gives_an_example() -> None:
    for path, command in _commands(cli, "expdocs"):
        assert command.help, path
        if isinstance(command, click.Group):
            continue
        assert (command.epilog or "").startswith(f"Example: {path}"), path
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert option.help or option.name == "help", (path, option.name)


def test_every_rule_is_in_the_reference_and_tells_what_to_do() -> None:
    page = (DOCS / "reference/rules.md").read_text(encoding="utf-8")
    for rule in CATALOGUE.values():
        assert f"### {rule.id}: {rule.title}\n" in page
        assert 60 <= len(rule.why) <= 400, rule.id
        assert re.fullmatch(r"[A-Z`].*\S\.", rule.why), rule.id


def test_every_rule_that_the_pages_name_exists() -> None:
    for page in PAGES:
        named = re.findall(r"\b[A-Z]{3}[0-9]{3}\b", page.read_text(encoding="utf-8"))
        assert [rule for rule in named if rule not in CATALOGUE] == [], page


def test_every_page_is_in_the_navigation() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = set(_leaves(yaml.safe_load(text)["nav"]))
    pages = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert pages - listed == set()
    assert [one for one in listed - pages if not GENERATED.fullmatch(one)] == []


def _leaves(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        assert isinstance(entry, dict | list)
        for below in entry.values() if isinstance(entry, dict) else entry:
            yield from _leaves(below)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = _without_code(page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in _anchors(linked), f"{page.name}: {target}"


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", title).strip().lower() for title in titles)
    return {re.sub(r"[-\s]+", "-", one) for one in words}
