"""The documentation as a session in a real repository.

A page is read from top to bottom and each of its fenced blocks does what its reader would do:

- ``console`` and ``sh``: a line that begins with ``$ `` is run, a last ``\\`` goes on with the
  next line. The lines below it are what it prints, both streams in order. Nothing below it means
  that the output does not matter, but then it has to succeed.
- any block with ``title="path"`` is written to that file; a ``diff`` with a title replaces the
  lines that begin with ``-`` by those that begin with ``+``.

In what is shown, ``…`` stands for any text. Record ids, runs, commits, digests and days are what
the page says they are: where one is printed for the first time it is remembered, and from then on
it stands for what was printed, in commands and in files too.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from expdocs.config import Settings, load_settings
from expdocs.evidence.snapshots import (
    Metric,
    Point,
    PopulationRun,
    RunSnapshot,
    encode_population,
    encode_run,
    population_path,
    run_path,
)
from expdocs.facts.cited import facts_digest
from expdocs.prose.references import parse_reference
from expdocs.prose.scanner import SCHEMES
from expdocs.records.digest import record_digest
from expdocs.workspace import Workspace
from tests.model.server import ModelServer, diligent

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
# Pages on which a session begins in an empty repository; the others go on where the first ends.
FROM_NOTHING = ("getting-started.md", "README.md")

PROGRAMS = Path(sysconfig.get_path("scripts")).absolute()
BEGUN = datetime.now(UTC)

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[\w-]*)(?P<info>[^\n]*)\n(?P<body>.*?)"
    r"^(?P=indent)(?P=fence)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_TITLE = re.compile(r'title="([^"]+)"')
_TOKEN = re.compile(
    r"(?P<id>\b[A-Z]{2,8}-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}(?![0-9]))"
    r"|(?P<hex>(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{12})(?![0-9a-f]))"
    r"|(?P<instant>2026-11-20T[0-9:.]+Z)|(?P<any>…)"
    r"|(?P<day>2026-11-20)|(?P<month>\b2026/11\b)|(?P<year>(?<=/)2026(?=/))"
)
_SPACES = re.compile(r"[ \t]+$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is, if any, its text and its line."""

    language: str
    title: str
    text: str
    line: int

    @property
    def commands(self) -> Iterator[tuple[str, str]]:
        """What a session types, and what it shows below each."""
        shown = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        for one in shown:
            command, _, output = one.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command = f"{command[:-1].rstrip()} {more.strip()}"
            yield command, output


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        title = _TITLE.search(match["info"])
        body = re.sub(f"^{match['indent']}", "", match["body"], flags=re.MULTILINE)
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(match["language"], title[1] if title else "", body, line))
    return found


@dataclass
class Session:
    """A repository, and what the ids on the page stand for in it."""

    root: Path
    known: dict[str, str] = field(default_factory=dict)
    code: int = 0

    def follow(self, page: Path) -> None:
        """Do everything that a page says."""
        for block in blocks(page):
            where = f"{page.name}:{block.line}"
            if block.title and block.language == "diff":
                self._change(block, where)
            elif block.title:
                self._write(block)
            elif block.language in ("console", "sh"):
                for command, output in block.commands:
                    self._run(command, output, where)

    def _write(self, block: Block) -> None:
        path = self.root / self._meant(block.title)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._meant(block.text), encoding="utf-8")

    def _change(self, block: Block, where: str) -> None:
        path = self.root / self._meant(block.title)
        text = path.read_text(encoding="utf-8")
        for old, new in _replacements(block.text):
            assert text.count(self._meant(old)) == 1, f"{where}: stands not once: {old}"
            text = text.replace(self._meant(old), self._meant(new))
        path.write_text(text, encoding="utf-8")

    def _run(self, command: str, output: str, where: str) -> None:
        meant = self._meant(command)
        done = subprocess.run(
            ["bash", "-c", f"(exit {self.code}); {meant}"],
            cwd=self.root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        self.code = done.returncode
        said = f"{where}: $ {command}\nprinted (exit code {done.returncode}):\n{done.stdout}"
        if not output.strip():
            assert done.returncode == 0, said
            return
        self._compare(output, done.stdout, said)

    def _compare(self, shown: str, printed: str, said: str) -> None:
        pattern, tokens = self._pattern(_SPACES.sub("", shown).strip())
        found = re.fullmatch(pattern, _SPACES.sub("", printed).strip())
        assert found, f"{said}\nthe page shows:\n{shown}\nas a pattern:\n{pattern}"
        for group, token in tokens.items():
            self.known.setdefault(token, found[group])

    def _pattern(self, shown: str) -> tuple[str, dict[str, str]]:
        parts, at = [], 0
        tokens: dict[str, str] = {}
        for match in _TOKEN.finditer(shown):
            parts.append(re.escape(shown[at : match.start()]))
            at = match.end()
            parts.append(self._token(match, tokens))
        return "".join([*parts, re.escape(shown[at:])]), tokens

    def _token(self, match: re.Match[str], tokens: dict[str, str]) -> str:
        token = match[0]
        if match["any"]:
            return r"[\s\S]*?"
        if match["instant"]:
            return r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z"
        meant = self._meant(token)
        if meant != token or not (match["id"] or match["hex"]) or token in self.known:
            return re.escape(meant)
        if token in tokens.values():
            return f"(?P={next(name for name, one in tokens.items() if one == token)})"
        name = f"token{len(tokens)}"
        tokens[name] = token
        if match["id"]:
            return f"(?P<{name}>{token[:3]}-[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}-[0-9]{{3}})"
        return f"(?P<{name}>[0-9a-f]{{{len(token)}}})"

    def _meant(self, text: str) -> str:
        return _TOKEN.sub(self._meaning, text)

    def _meaning(self, match: re.Match[str]) -> str:
        token = match[0]
        if match["day"] or match["month"] or match["year"]:
            form = "%Y-%m-%d" if match["day"] else "%Y/%m" if match["month"] else "%Y"
            return BEGUN.strftime(form)
        if match["hex"]:
            whole = (actual for one, actual in self.known.items() if one.startswith(token))
            return next(whole, token)[: len(token)]
        return self.known.get(token, token)


def _replacements(text: str) -> Iterator[tuple[str, str]]:
    hunks = re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", text, flags=re.MULTILINE)
    for old, new in hunks:
        yield tuple(re.sub(r"^.", "", side, flags=re.MULTILINE) for side in (old, new))  # type: ignore[misc]


def _environment() -> dict[str, str]:
    # Where it is midday as it begins: a session that passed midnight would see two days.
    offset = BEGUN.hour - 12
    return {
        **os.environ,
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "TZ": f"UTC{offset:+d}",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
    }


StartSession = Callable[[Path], Session]


@pytest.fixture(scope="session")
def first_session(tmp_path_factory: pytest.TempPathFactory, isolated: object) -> Session:
    """The session of the first page, from an empty repository to its end."""
    session = _empty(tmp_path_factory.mktemp("first") / "churn")
    session.follow(DOCS / FROM_NOTHING[0])
    return session


@pytest.fixture
def start_session(tmp_path: Path, first_session: Session) -> StartSession:
    """Return a session for a page, in a repository of its own."""

    def start(page: Path) -> Session:
        root = tmp_path / "churn"
        if page.name in FROM_NOTHING:
            return _empty(root)
        shutil.copytree(first_session.root, root, symlinks=True)
        return Session(root, dict(first_session.known))

    return start


def _empty(root: Path) -> Session:
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return Session(root)


PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_shows(
    page: Path, start_session: StartSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer() as server:
        server.answers(diligent)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        follow(page, start_session)


def follow(page: Path, start_session: StartSession) -> None:
    """Do what a page shows, if it shows anything."""
    if any(block.language in ("console", "sh") for block in blocks(page)):
        start_session(page).follow(page)


# --- examples that are no sessions


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _table(name: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    below = _page(name).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in below.splitlines() if line.startswith("| ")]
    return [re.split(r"(?<!\\) \| ", row.strip("| "))[:] for row in rows[2:]]


def _code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


VALUES = {
    "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b": ("smote", (0.712, 0.821, 0.816)),
    "9e20a4f780104459a8c141c87a951182": ("weights", (0.793,)),
    "00000000000000000000000000000001": ("s1", (0.808,)),
    "00000000000000000000000000000002": ("s2", (0.816,)),
    "00000000000000000000000000000003": ("s3", (0.821,)),
    "00000000000000000000000000000009": ("search", (0.5,)),
}
SEARCHED = (0.774, 0.816, 0.829)
DOC_SHA = "a90bd60b358f5a0e14ebb675d030786e6362f1ba"
CITING = """\
---
id: EXP-2026-11-20-417
kind: experiment
title: Everything that can be cited
status: draft
date: 2026-11-20
authors: [ana]
metric: {name: val_f1, goal: maximize}
runs:
  - {id: 77aa03b1c2d94f6e8a5b1c0d9e8f7a6b, as: smote, role: candidate}
  - {id: 9e20a4f780104459a8c141c87a951182, as: weights, role: baseline}
  - {id: 00000000000000000000000000000001, as: s1, role: candidate, group: seeds}
  - {id: 00000000000000000000000000000002, as: s2, role: candidate, group: seeds}
  - {id: 00000000000000000000000000000003, as: s3, role: candidate, group: seeds}
  - {parent: 00000000000000000000000000000009, as: search, role: sweep}
---

## Observations

"""


class Citing:
    """A repository with the runs that the page on citations speaks of."""

    def __init__(self, repo: Any, run_cli: Any) -> None:
        made = repo({"train.py": "", "data/churn.csv.dvc": DVC_FILE})
        self._repo, self._run_cli, self._sha = made, run_cli, made.git("rev-parse", "HEAD")
        evidence = "journal/evidence/"
        runs = (_snapshot(run_id, name, values) for run_id, (name, values) in VALUES.items())
        made.write({f"{evidence}{run_path(run.run_id)}": encode_run(run) for run in runs})
        population = encode_population("1", [*map(_child, range(3), SEARCHED)])
        made.write({f"{evidence}{population_path('1')}": population})

    def findings(self, text: str) -> list[str]:
        """The rules that a text breaks, written into a draft."""
        path = "journal/EXP-2026-11-20-417.md"
        self._repo.write({path: CITING + text.replace(DOC_SHA, self._sha) + "\n"})
        ran = self._run_cli("check", "--format", "json", "--ignore", "CLM201", cwd=self._repo.root)
        assert ran.err == ""
        return [found["rule"] for found in ran.findings()]


DVC_FILE = (
    "outs:\n- md5: 5afc23b9622f8f9ffa60824f4e97d0d5\n  hash: md5\n  size: 9\n  path: churn.csv\n"
)


def _snapshot(run_id: str, name: str, values: tuple[float, ...]) -> RunSnapshot:
    points = tuple(Point(step, value) for step, value in enumerate(values))
    least, greatest = (choose(points, key=lambda p: p.value) for choose in (min, max))
    metric = Metric(points[0], points[-1], least, greatest, len(points), points)
    params = {"c": "0.1", "sampler": "borderline"}
    run = RunSnapshot(run_id, "1", "churn", name, "FINISHED", "active", params=params)
    return run._replace(metrics={"val_f1": metric})


def _child(number: int, value: float) -> PopulationRun:
    run_id, parent = f"{number + 16:032x}", "00000000000000000000000000000009"
    return PopulationRun(run_id, parent, "FINISHED", None, None, "active", {"val_f1": value})


@pytest.fixture
def citing(repo: Any, run_cli: Any) -> Citing:
    return Citing(repo, run_cli)


SOURCES = _table("cite-numbers.md", "Sources")
FORMS = _table("cite-numbers.md", "How a number is written")
REPORTED = _table("cite-numbers.md", "What is checked")


def test_every_citation_of_the_grammar_is_read_and_holds(citing: Citing) -> None:
    written = [_code(row[0])[0] for row in SOURCES]
    schemes = set()
    for text in written:
        found = re.fullmatch(r"\[[^\]]+\]\((\w+):(.+)\)", text)
        if found:
            schemes.add(found[1])
            parse_reference(found[1], found[2])
    assert schemes == set(SCHEMES)
    assert citing.findings("\n".join(f"- {text}" for text in written)) == []


def test_numbers_are_read_as_the_page_says(citing: Citing) -> None:
    good, bad = ([_code(row[i])[0] for row in FORMS] for i in (0, 1))
    assert citing.findings("\n".join(f"- {text}" for text in good)) == []
    for text in bad:
        assert len(citing.findings(text)) == 1, text


@pytest.mark.parametrize("row", REPORTED, ids=lambda row: row[1].split(":")[0].split(",")[0])
def test_a_wrong_citation_is_reported_as_the_page_says(row: list[str], citing: Citing) -> None:
    rule = re.match(r"[A-Z]{3}[0-9]{3}", row[1])
    assert rule
    assert citing.findings("\n\n".join(_code(row[0]))) == [rule[0]]


@pytest.mark.parametrize(
    ("shown", "rules"),
    [("0.816", []), ("0.82", []), ("81.6 %", []), ("0.81", ["CLM104"]), ("0.8", ["CLM105"])],
)
def test_the_page_is_right_about_what_matches(shown: str, rules: list[str], citing: Citing) -> None:
    assert citing.findings(f"[{shown}](run:smote#val_f1)") == rules


FRAGMENTS = [
    pytest.param(block.text, id=f"{page.stem}-{block.line}")
    for page in PAGES
    for block in blocks(page)
    if block.language == "yaml" and not block.title
]


@pytest.mark.parametrize("text", FRAGMENTS)
def test_a_fragment_is_what_its_file_may_hold(text: str, repo: Any, run_cli: Any) -> None:
    keys = set(yaml.safe_load(text))
    if keys <= {"plugins", "nav"}:
        return  # held against mkdocs below
    if "script" in keys or "steps" in keys:
        return  # held against the schemas of GitLab and GitHub below
    if keys == {"repos"}:
        (entry,) = yaml.safe_load(text)["repos"]
        ours = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        assert {hook["id"] for hook in entry["hooks"]} <= {hook["id"] for hook in ours}
        return
    made = repo()
    kinds = [k for k in Workspace.open(made.root).registry if keys <= set(k.properties)]
    assert kinds, keys
    name, prefix = kinds[-1].name, kinds[-1].prefix
    head = f"---\nid: {prefix}-2026-11-20-417\nkind: {name}\nstatus: draft\n"
    made.write({f"journal/{prefix}-2026-11-20-417.md": f"{head}{text}---\n"})
    found = run_cli("check", "--format", "json", "--select", "REC", cwd=made.root).findings()
    assert found == []


def test_a_fragment_of_a_job_is_what_its_server_takes(tmp_path: Path) -> None:
    shown = [yaml.safe_load(b.text) for b in blocks(DOCS / "hooks-and-ci.md")
             if b.language == "yaml"]  # fmt: skip
    (job,) = [fragment for fragment in shown if "steps" in fragment]
    file = {"on": "push", "jobs": {"check": {"runs-on": "x", **job}}}
    (tmp_path / "ci.yml").write_text(json.dumps(file), encoding="utf-8")
    done = subprocess.run(
        [PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", "ci.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_site_takes_plugins_and_navigation_as_shown(repo: Any, run_cli: Any) -> None:
    shown = [b.text for b in blocks(DOCS / "site.md") if b.language == "yaml"]
    own = {"mkdocs.yml": "site_name: x\n" + "".join(shown), "docs/index.md": "# Ours\n"}
    made = repo({**own, "journal/README.md": "x\n", ".gitignore": "/site/\n"})
    ran = run_cli("build", cwd=made.root)
    assert ran.code == 0, ran.err
    page = (made.root / "site/index.html").read_text(encoding="utf-8")
    assert "Ours" in page
    assert 'href="kinds/experiment.html"' in page
    assert (made.root / "site/overview.html").is_file()


@pytest.mark.parametrize(
    "text", [b.text for page in PAGES for b in blocks(page) if b.language == "toml"]
)
def test_a_configuration_is_read(text: str) -> None:
    settings = load_settings(lambda path: text.encode() if path == "expdocs.toml" else None)
    assert settings.configured


def test_the_table_of_settings_has_the_defaults() -> None:
    page = _page("configuration.md")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page, flags=re.MULTILINE))
    names = [name for name in Settings._fields if name != "file"]
    assert [name for name in names if name not in rows] == []
    for name in names:
        default = getattr(Settings(), name)
        shown = json.dumps(list(default) if isinstance(default, tuple) else default or "")
        if not isinstance(default, Mapping | None) and name != "protected_branch":
            assert rows[name].strip("` ") == shown, name


# --- the digests, from their description alone


def _vector(name: str) -> str:
    page = _page("accept-and-supersede.md")
    found = re.search(rf"<!-- vector: {name} -->\n```\w+\n(.*?)^```$", page, re.DOTALL | re.M)
    assert found, name
    return found[1]


def _fingerprint(value: object) -> str:
    # Canonical for what the vectors hold: sorted keys, no blanks, no escapes but JSON's own.
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "v1:" + hashlib.sha256(text.encode()).hexdigest()


def _described_body(record: str) -> str:
    body = record.split("\n---\n", 1)[1]
    body = re.sub(r"(<!-- expdocs:(\w+) -->).*?(<!-- /expdocs:\2 -->)", r"\1\3", body, flags=re.S)
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t\f\v") for line in lines).strip("\n")


def test_the_record_digest_is_what_its_description_gives() -> None:
    body, front_matter = json.loads(_vector("body")), json.loads(_vector("front matter"))
    assert _described_body(_vector("record")) == body
    digest = _vector("digest").strip()
    assert _fingerprint({"body": body, "front_matter": front_matter}) == digest


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_record_digest_is_what_the_program_gives(repo: Any, newline: str) -> None:
    made = repo({"journal/a.md": _vector("record").replace("\n", newline)})
    (record,) = Workspace.open(made.root).corpus.records
    typed = {key: value for key, value in record.data.items() if key != "status"}
    assert typed == json.loads(_vector("front matter"))
    assert record_digest(record) == _vector("digest").strip()


def test_the_digest_of_facts_is_what_description_and_program_give(repo: Any) -> None:
    rows = json.loads(_vector("facts"))
    digest = _vector("facts digest").strip()
    assert _fingerprint(sorted(rows)) == digest
    values = {key: value for _, key, value in rows}
    point = Point(0, values["metrics.val_f1@last"])
    run = RunSnapshot(
        rows[0][0], "1", "churn", "smote", values["attributes.status"], "active",
        commit=values["commit"], code_tree=values["code_tree"],
        metrics={"val_f1": Metric(point, point, point, point, 1)}, params={"c": "not cited"},
    )  # fmt: skip
    snapshot = f"journal/evidence/{run_path(run.run_id)}"
    made = repo({"journal/a.md": _vector("record"), snapshot: encode_run(run)})
    workspace = Workspace.open(made.root)
    with workspace.context() as context:
        assert facts_digest(workspace.corpus.records[0], context.facts) == digest
