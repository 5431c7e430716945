"""The targets: each takes bytes and raises nothing, whatever they are.

An error of our own that says what is wrong with the input is caught here. Everything else that
comes out of a target, a failed assertion too, is a defect of the program.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import TypeVar

from expdocs.config import load_settings
from expdocs.errors import ConfigurationError
from expdocs.evidence.commits import parse_commit
from expdocs.evidence.documents import SnapshotProblem, parse, seal, sha256
from expdocs.evidence.dvcfiles import read_dvc_file
from expdocs.evidence.dvclock import declared_files, locked_datasets, locked_stages
from expdocs.evidence.models import decode_model, encode_model
from expdocs.evidence.parameters import flat_parameters
from expdocs.evidence.snapshots import (
    decode_commit,
    decode_population,
    decode_run,
    differences,
    encode_commit,
    encode_population,
    encode_run,
    fact,
)
from expdocs.evidence.trees import parse_tree, tree_id
from expdocs.evidence.verdicts import decode_report, encode_report
from expdocs.kinds.registry import load_registry
from expdocs.objects import GitObject
from expdocs.prose.numbers import (
    NumberProblem,
    enough_digits,
    exact,
    matches,
    parse_shown,
    show,
)
from expdocs.prose.references import ReferenceProblem, format_reference, parse_reference
from expdocs.prose.scanner import SCHEMES, Lines, Prose, scan, uncited_numbers
from expdocs.records.digest import record_digest
from expdocs.records.frontmatter import ReadProblem, read_record, scalars
from expdocs.records.record import Record
from expdocs.rules.catalogue import CATALOGUE
from fuzz import world

Target = Callable[[bytes], None]
Span = tuple[int, int]

_OF_DOUBLES = 324  # beyond this exponent no metric has a value


def record(data: bytes) -> None:
    """A record file: reader, schema, prose, digest, run table, suppressions and all rules."""
    found, findings = world.findings(data)
    again, same = world.findings(data)
    assert findings == same
    lines = Lines(data.decode("utf-8", "replace"))
    for finding in findings:
        assert finding.rule in CATALOGUE
        assert finding.message
        assert finding.hint
        if finding.path == world.RECORD:
            in_file(lines, data, finding.line, finding.column)
    if found is None or again is None:
        assert found is again is None
        assert findings
        return
    assert found.data == again.data
    digest = record_digest(found)
    assert digest == record_digest(again)
    if b"\r" not in data and len(data) + data.count(b"\n") <= 1024 * 1024:
        windows, _ = world.loaded(data.replace(b"\n", b"\r\n"))
        assert windows is not None
        assert record_digest(windows) == digest


def reader(data: bytes) -> None:
    """The reader of front matter alone: the place of each problem, and of each value."""
    try:
        file = read_record(data)
    except ReadProblem as problem:
        assert problem.rule in CATALOGUE
        in_file(Lines(data.decode("utf-8", "replace")), data, problem.line, problem.column)
        return
    length = file.yaml_end - file.yaml_start
    assert 0 < file.yaml_start <= file.yaml_end <= file.body_start <= len(file.text)
    spans = sorted((one.start, one.end) for one in scalars(file.root))
    in_order(spans, length)
    for one in scalars(file.root):
        raw = file.text[file.yaml_start :][one.start : one.end]
        if one.plain and not {"\n", "\r"} & set(raw):
            assert raw.rstrip() == one.value


def prose(data: bytes) -> None:
    """A body: every span in range, in order, and with the text that it says."""
    text = data.decode("utf-8", "replace")
    found = scan(text)
    assert found == scan(text)
    for name in Prose._fields:
        spans = [_span(one) for one in getattr(found, name)]
        in_order(spans, len(text), nested=name == "links")
    for one in found.citations:
        assert text[one.start : one.end] == f"[{one.text}]({one.scheme}:{one.target})"
        assert text.startswith(one.text, one.text_start)
        assert text.startswith(one.target, one.target_start)
        _reference(one.scheme, one.target)
        _number(one.text)
    assert all(text[one.start : one.end] == one.text for one in found.strays)
    assert all(text[one.start : one.end] == one.id for one in found.record_ids)
    uncited = uncited_numbers(text, found, ["val_f1", "a", "loss"])
    in_order([(one.start, one.end) for one in uncited], len(text))
    assert all(text[one.start : one.end] == one.text for one in uncited)


def reference(data: bytes) -> None:
    """The target of a citation, under every scheme."""
    text = data.decode("utf-8", "replace")
    for scheme in SCHEMES:
        _reference(scheme, text)


def number(data: bytes) -> None:
    """A shown number, and a recorded value."""
    _number(data.decode("utf-8", "replace"))


def snapshot(data: bytes) -> None:
    """Evidence as it lies there, and as somebody would write it who knows how to seal it."""
    body = data.strip()
    head, _, lines = data.partition(b"\n")
    sealed = _with_digest(body, sha256(body))
    for document in (data, sealed, _canonically_sealed(data)):
        _runs(document)
        _commits(document)
        _reports(document)
        _models(document)
    for listing in (data, _with_digest(head, sha256(head + b"\n" + lines)) + b"\n" + lines):
        _populations(listing)


def _with_digest(body: bytes, digest: str) -> bytes:
    return b'{"sha256":"' + digest.encode() + b'",' + body[1:]


def _canonically_sealed(data: bytes) -> bytes:
    try:
        return seal({key: value for key, value in parse(data).items() if key != "sha256"})
    except SnapshotProblem:
        return b""


def _runs(document: bytes) -> None:
    run = _tried(decode_run, document)
    if run is None:
        return
    assert differences(run, run) == ()
    names = [name for name in run.metrics if name]
    assert all(fact(run, f"metrics.{name}@{way}") is not None for name in names for way in _WAYS)
    written = encode_run(run)
    assert encode_run(decode_run(written)) == written


_WAYS = ("first", "last", "min", "max", "count")


def _commits(document: bytes) -> None:
    if commit := _tried(decode_commit, document):
        assert encode_commit(decode_commit(encode_commit(commit))) == encode_commit(commit)


def _reports(document: bytes) -> None:
    if report := _tried(decode_report, document):
        assert sum(report.counts) == sum(sum(counts) for counts in report.subjects.values())
        written = encode_report(report)
        assert encode_report(decode_report(written)) == written


def _models(document: bytes) -> None:
    if model := _tried(decode_model, document):
        assert all(model.resolved(one.version) for one in model.versions)
        written = encode_model(model)
        assert encode_model(decode_model(written)) == written


def _populations(listing: bytes) -> None:
    if population := _tried(decode_population, listing):
        written = encode_population(*population[:2], population.experiment_name)
        again = decode_population(written)
        assert encode_population(*again[:2], again.experiment_name) == written


def tracked(data: bytes) -> None:
    """Files of DVC and ``params.yaml``: broken ones tell nothing, and no path leads outside."""
    read = read_dvc_file("data/churn.csv.dvc", data)
    hashes = [read.hashes]
    assert len(read.origin.splitlines()) <= 1
    assert all(name and version for name, version in locked_datasets(data))
    assert not any(path.startswith(("/", "../")) for path in declared_files("sub/dvc.yaml", data))
    for definitions in (None, data):
        for stage in locked_stages("sub/dvc.lock", data, definitions):
            hashes += [dict(stage.deps), dict(stage.outs)]
    for path, value in (item for found in hashes for item in found.items()):
        assert path
        assert not path.startswith(("/", "../"))
        assert path != ".."
        assert ":" in value
    for file in ("params.yaml", "params.toml", "params.json"):
        assert all(isinstance(name, str) for name in flat_parameters(data, file))


def gitobject(data: bytes) -> None:
    """Bytes of a tree and of a commit object."""
    entries = parse_tree(data)
    if entries is not None:
        stated = hashlib.sha1(b"tree %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        assert tree_id(list(entries)) == stated
    parse_commit(GitObject(world.SHA, "commit", data))


def settings(data: bytes) -> None:
    """The configuration."""
    for name in ("expdocs.toml", "pyproject.toml"):
        try:
            load_settings(world.Memory({name: data}).read)
        except ConfigurationError as error:
            assert str(error)


_ABOUT = b"version: 1\ntitle: R\nprefix: RCP\nfolder: journal/r\nstatuses: [draft, proposed]\n"
_SCHEMA = b'{"type": "object", "properties": {"steps": {"type": "array"}}}'
_RECORD = b"---\nid: RCP-2026-11-20-001\nkind: recipe\nsteps: [a, 1, {b: c}]\n---\n"


def kind(data: bytes) -> None:
    """A kind's ``schema.json`` (what begins with a brace) or its ``kind.yaml``, and its use."""
    schema = data.lstrip().startswith(b"{")
    files = {
        "schemas/recipe/schema.json": data if schema else _SCHEMA,
        "schemas/recipe/kind.yaml": _ABOUT if schema else data,
        "schemas/recipe/template.md": b"---\n---\n",
    }
    try:
        found = load_registry(world.Memory(files), "schemas").get("recipe")
    except ConfigurationError as error:
        assert str(error)
        return
    assert found is not None
    one = Record("x.md", found, read_record(_RECORD))
    assert one.data
    assert one.marks is not None
    found.validator.errors(one.data)


TARGETS: dict[str, Target] = {
    "record": record,
    "reader": reader,
    "prose": prose,
    "snapshot": snapshot,
    "reference": reference,
    "number": number,
    "tracked": tracked,
    "gitobject": gitobject,
    "settings": settings,
    "kind": kind,
}


# --- what holds of every input


def in_file(lines: Lines, data: bytes, line: int, column: int) -> None:
    """Check that a place is in the file: at most one past the last character of its line."""
    text = data.decode("utf-8", "replace")
    end = lines.at(len(text))
    assert line >= 1
    assert column >= 1
    assert (line, column) <= end


def in_order(spans: Collection[Span], length: int, *, nested: bool = False) -> None:
    """Check that spans are in range, in order and, unless they may nest, apart."""
    assert all(0 <= start <= end <= length for start, end in spans)
    for (start, end), (after, ends) in itertools.pairwise(spans):
        assert start <= after
        assert end <= after or (nested and ends <= end)


def _span(one: object) -> Span:
    if isinstance(one, tuple) and len(one) == 2:
        return one
    return one.start, one.end  # type: ignore[attr-defined]


def _reference(scheme: str, target: str) -> None:
    try:
        parsed = parse_reference(scheme, target)
    except ReferenceProblem as problem:
        assert 0 <= problem.offset <= len(target)
        assert problem.message
        assert problem.hint
        return
    named, _, written = format_reference(parsed).partition(":")
    assert parse_reference(named, written) == parsed


def _number(text: str) -> None:
    try:
        actual = exact(text)
    except NumberProblem:
        actual = Decimal("0.5")
    try:
        shown = parse_shown(text, ["ms", "GB"])
    except NumberProblem as problem:
        assert problem.message
        assert problem.hint
    else:
        enough_digits(shown, actual)
        assert matches(shown, actual) == matches(shown, actual)
        if shown.form == "plain":
            assert matches(shown, shown.value)
    if abs(actual.adjusted()) <= _OF_DOUBLES or not actual.is_finite():
        assert matches(parse_shown(show(actual, 4)), actual)


_Decoded = TypeVar("_Decoded")


def _tried(decode: Callable[[bytes], _Decoded], data: bytes) -> _Decoded | None:
    try:
        return decode(data)
    except SnapshotProblem as problem:
        assert problem.message
        return None
