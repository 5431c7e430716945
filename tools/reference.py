"""Writes docs/reference from the commands, the rules and the kinds; --check fails when stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from expdocs.cli.main import cli
from expdocs.kinds.registry import Kind, load_registry
from expdocs.kinds.validation import resolve_reference
from expdocs.repository import Repository
from expdocs.rules.catalogue import CATALOGUE, FAMILIES, Rule
from expdocs.rules.examples import example_of

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Written by tools/reference.py: change the source and run it again. -->"


def main() -> int:
    """Write the pages, or with ``--check`` say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    check = parser.parse_args().check
    stale = [path for path, text in pages().items() if _current(path) != text]
    for path in stale:
        shown = path.relative_to(ROOT).as_posix()
        if check:
            sys.stderr.write(f"{shown} is stale; run: python tools/reference.py\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8")
            sys.stdout.write(f"wrote {shown}\n")
    return 1 if check and stale else 0


def pages() -> dict[Path, str]:
    """Return the generated pages by path."""
    return {
        FOLDER / "cli.md": _page(_cli()),
        FOLDER / "rules.md": _page(_rules()),
        FOLDER / "kinds.md": _page(_kinds()),
    }


def _current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _page(parts: Iterator[str]) -> str:
    title = next(parts)
    return "\n\n".join(filter(None, [title, NOTE, *parts])) + "\n"


# --- commands


def _cli() -> Iterator[str]:
    yield "# Commands"
    yield "Every command runs anywhere inside a repository. `expdocs COMMAND --help` says the same."
    yield _options(cli, click.Context(cli, info_name="expdocs"))
    yield from _commands(cli, click.Context(cli, info_name="expdocs"))


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        below = click.Context(command, info_name=name, parent=context)
        yield from _command(command, below)
        if isinstance(command, click.Group):
            yield from _commands(command, below)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"## {context.command_path}"
    yield f"```text\n{usage}\n```"
    yield from (" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    yield _options(command, context)
    if command.epilog:
        yield f"Example: `{command.epilog.removeprefix('Example: ')}`"


def _options(command: click.Command, context: click.Context) -> str:
    options = [option for option in command.params if isinstance(option, click.Option)]
    found = filter(None, (option.get_help_record(context) for option in options))
    rows = [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in found]
    return "\n".join(["| Option | Meaning |", "| --- | --- |", *rows]) if rows else ""


# --- rules


def _rules() -> Iterator[str]:
    yield "# Rules"
    yield (
        "What `expdocs check` reports. Errors fail the check; warnings do so with `--strict`. "
        "`expdocs explain RULE` prints the same text."
    )
    for prefix, name in FAMILIES.items():
        rules = [rule for rule in CATALOGUE.values() if rule.id.startswith(prefix)]
        if rules:
            yield f"## {prefix}: {name}"
            yield from (part for rule in rules for part in _rule(rule))


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}: {rule.title}"
    yield f"*{rule.severity.capitalize()}.* {rule.why}"
    yield example_of(rule.id).markdown()


# --- kinds


def _kinds() -> Iterator[str]:
    yield "# Kinds of records"
    yield (
        "The kinds that expdocs ships. A field with `*` is required from `proposed` on. Any "
        "required field may be `{unknown: what is missing}` or `{none: why there is none}`. "
        "[Add a kind](../add-a-kind.md) tells how to change one or to add your own."
    )
    # The shipped kinds alone: no folder of this name holds kinds of a repository's own.
    for kind in load_registry(Repository.discover(ROOT).working_files(), "no kinds"):
        yield from _kind(kind)


def _kind(kind: Kind) -> Iterator[str]:
    accepted = "somebody who is no author" if kind.four_eyes else "anybody"
    unknowns = "nothing may be declared unknown" if kind.unknowns_refused else "unknowns may stay"
    yield f"## {kind.title}"
    yield str(kind.schema.get("description", ""))
    yield "\n".join([
        f"- `kind: {kind.name}`, version {kind.version}, ids `{kind.prefix}-YYYY-MM-DD-NNN`",
        f"- New files: `{kind.folder}/`",
        f"- Statuses: {', '.join(f'`{status}`' for status in kind.statuses)}",
        f"- Sections: {', '.join(section.title for section in kind.sections)}",
        f"- Links: {', '.join(f'`{link}` ({reverse})' for link, reverse in kind.links.items())}",
        f"- Accepted by {accepted}; {unknowns}",
    ])  # fmt: skip
    yield "\n".join(["| Field | Meaning | Value |", "| --- | --- | --- |", *_fields(kind)])


def _fields(kind: Kind) -> Iterator[str]:
    for key, schema in kind.properties.items():
        required = kind.required
        yield from _field(key, schema, kind, required=key in required)


def _field(name: str, schema: Mapping[str, Any], kind: Kind, *, required: bool) -> Iterator[str]:
    whole = _resolved(schema, kind)
    star = "*" if required else ""
    about = str(whole.get("description", ""))
    yield f"| `{name}`{star} | {_cell(about)} | {_cell(_value(whole))} |"
    if name in _SHARED:
        return
    entry = _resolved(whole["items"], kind) if isinstance(whole.get("items"), dict) else whole
    prefix = f"{name}[]" if entry is not whole else name
    for key, below in entry.get("properties", {}).items():
        needed = key in entry.get("required", ())
        yield from _field(f"{prefix}.{key}", below, kind, required=needed)


# Written by commands, or told once under the links of a kind.
_SHARED = ("accepted", "corrections", "links")


def _resolved(schema: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Return a subschema with what it refers to; what it says itself comes first."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return dict(schema)
    documents = {kind.common["$id"]: kind.common}
    target = resolve_reference(reference, kind.schema, documents)
    return {**_resolved(target, kind), **{k: v for k, v in schema.items() if k != "$ref"}}


def _value(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    types = schema.get("type", "")
    shown = " or ".join(types) if isinstance(types, list) else str(types)
    return {"array": "list", "object": "mapping", "string": "text"}.get(
        shown, shown.replace("string", "text").replace("object", "mapping")
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
