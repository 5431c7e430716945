"""What a citation's target says: which value of which run, or which file at which commit."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple, NoReturn, cast

Namespace = Literal["metrics", "params", "attributes"]
Suffix = Literal["last", "min", "max", "step"]
Statistic = Literal["mean", "sd", "count"]

LABEL = re.compile(r"[a-z][a-z0-9_-]{0,31}")
RUN_ID = re.compile(r"[0-9a-f]{32}")
RECORD_ID = re.compile(r"[A-Z]{2,8}-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}")
SHA = re.compile(r"[0-9a-f]{40}")

_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_NAMESPACE = re.compile(r"(metrics|params|attributes)\.")
_STEP = re.compile(r"step=(0|[1-9][0-9]{0,18})")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})++|%")
_ENCODED = re.compile(r"""[%@#?&(),<>\[\]"'`\\|\s]""")
_HEX = re.compile(r"[0-9A-Fa-f]{4,64}")


class ReferenceProblem(ValueError):
    """A target that says nothing; ``offset`` counts code points from the target's start."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


class RunRef(NamedTuple):
    """A run or group: a label of this or of another record, or a full run id."""

    label: str | None = None
    run_id: str | None = None
    record: str | None = None


class Field(NamedTuple):
    """A field of a run; ``suffix`` says which value of a metric, ``step`` only with ``step``."""

    namespace: Namespace
    name: str
    suffix: Suffix = "last"
    step: int | None = None


class ValueOf(NamedTuple):
    """``run:REF#FIELD``: one value of one run."""

    ref: RunRef
    field: Field


class Delta(NamedTuple):
    """``delta:A..B#FIELD``: the value of B minus that of A."""

    a: RunRef
    b: RunRef
    field: Field
    scheme: Literal["delta"] = "delta"


class Ratio(NamedTuple):
    """``ratio:A..B#FIELD``: the value of B over that of A."""

    a: RunRef
    b: RunRef
    field: Field
    scheme: Literal["ratio"] = "ratio"


class Group(NamedTuple):
    """``mean:``, ``sd:`` or ``count:GROUP#FIELD`` over the runs of a group."""

    statistic: Statistic
    group: RunRef
    field: Field | None


class GitLink(NamedTuple):
    """``git:[alias@]<sha>[:path]``: a commit, or a file or folder at a commit."""

    repository: str | None
    sha: str
    path: str | None


class DvcLink(NamedTuple):
    """``dvc:[alias@]path@<sha>``: data tracked by DVC at a commit."""

    repository: str | None
    path: str
    sha: str


Reference = ValueOf | Delta | Ratio | Group | GitLink | DvcLink


@lru_cache(maxsize=4096)
def parse_reference(scheme: str, target: str) -> Reference:
    """Read the target of a citation; raise ``ReferenceProblem`` where it says nothing."""
    parse = _PARSERS.get(scheme)
    if parse is None:
        raise ReferenceProblem(f"there is no scheme {scheme}", 0, "write one of " + _KNOWN)
    if " " in target or not target.isprintable():
        at = next(i for i, char in enumerate(target) if char == " " or not char.isprintable())
        hint = "percent-encode other characters, a space as %20"
        raise ReferenceProblem("a target holds no spaces or control characters", at, hint)
    return parse(scheme, target)


def format_reference(reference: Reference) -> str:
    """Write a reference as ``scheme:target``; ``parse_reference`` reads the same back."""
    if isinstance(reference, GitLink):
        path = "" if reference.path is None else ":" + encode(reference.path)
        return f"git:{_alias_prefix(reference.repository)}{reference.sha}{path}"
    if isinstance(reference, DvcLink):
        prefix = _alias_prefix(reference.repository)
        return f"dvc:{prefix}{encode(reference.path)}@{reference.sha}"
    if isinstance(reference, ValueOf):
        return f"run:{_format_ref(reference.ref)}#{format_field(reference.field)}"
    if isinstance(reference, Group):
        field = "" if reference.field is None else "#" + format_field(reference.field)
        return f"{reference.statistic}:{_format_ref(reference.group)}{field}"
    scheme = "delta" if isinstance(reference, Delta) else "ratio"
    pair = f"{_format_ref(reference.a)}..{_format_ref(reference.b)}"
    return f"{scheme}:{pair}#{format_field(reference.field)}"


def format_field(field: Field) -> str:
    """Write a field as it stands after ``#``, in its shortest form."""
    bare = field.namespace == "metrics" and not _NAMESPACE.match(field.name)
    name = encode(field.name) if bare else f"{field.namespace}.{encode(field.name)}"
    if field.suffix == "last":
        return name
    return f"{name}@step={field.step}" if field.suffix == "step" else f"{name}@{field.suffix}"


def encode(text: str) -> str:
    """Percent-encode what would end a name or a target; letters of any script stay."""
    return "".join(
        character
        if character.isprintable() and not _ENCODED.match(character)
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))
        for character in text
    )


def _parse_value(_scheme: str, target: str) -> ValueOf:
    ref, field = _split_field(target, needed=True)
    return ValueOf(_parse_ref(ref, 0), _parse_field(field or "", len(ref) + 1))


def _parse_pair(scheme: str, target: str) -> Delta | Ratio:
    pair, field = _split_field(target, needed=True)
    first, dots, second = pair.partition("..")
    if not dots:
        hint = f"{scheme}:A..B#NAME, from A to B"
        raise ReferenceProblem("two runs with .. between them are needed", len(pair), hint)
    a, b = _parse_ref(first, 0), _parse_ref(second, len(first) + 2)
    kind = Delta if scheme == "delta" else Ratio
    return kind(a, b, _parse_field(field or "", len(pair) + 1))


def _parse_group(scheme: str, target: str) -> Group:
    group, field = _split_field(target, needed=scheme != "count")
    ref = _parse_ref(group, 0)
    if ref.run_id is not None:
        hint = "name the group that runs[].group gives"
        raise ReferenceProblem("a run id is no group", 0, hint)
    parsed = None if field is None else _parse_field(field, len(group) + 1)
    return Group(cast("Statistic", scheme), ref, parsed)


def _split_field(target: str, *, needed: bool) -> tuple[str, str | None]:
    before, mark, field = target.partition("#")
    if not mark and needed:
        hint = "add #NAME, as in run:smote#val_f1"
        raise ReferenceProblem("the field is missing", len(target), hint)
    return before, field if mark else None


def _parse_ref(text: str, offset: int) -> RunRef:
    if RUN_ID.fullmatch(text):
        return RunRef(run_id=text)
    record, slash, label = text.rpartition("/")
    if slash and not RECORD_ID.fullmatch(record):
        hint = "another record's run is RECORD-ID/label, as EXP-2026-11-20-417/smote"
        raise ReferenceProblem(f"{record or text} is no record id", offset, hint)
    at = offset + len(record) + len(slash)
    if not LABEL.fullmatch(label) or RUN_ID.fullmatch(label):
        _refuse_label(label, at, in_record=bool(slash))
    return RunRef(label=label, record=record if slash else None)


def _refuse_label(label: str, offset: int, *, in_record: bool) -> NoReturn:
    if not label:
        raise ReferenceProblem("the run is missing", offset, "write its label or its full id")
    if in_record and RUN_ID.fullmatch(label):
        raise ReferenceProblem("a run id stands alone", offset, f"write run:{label}")
    if RUN_ID.fullmatch(label.lower()):
        raise ReferenceProblem("a run id is written in lower case", offset, label.lower())
    if _HEX.fullmatch(label):
        hint = "write the label or the full 32-character id of the run"
        raise ReferenceProblem(f"{label} is no full run id", offset, hint)
    hint = "a label begins with a-z and holds a-z, 0-9, _ and -, 32 at most"
    raise ReferenceProblem(f"{label} is no run label", offset, hint)


def _parse_field(text: str, offset: int) -> Field:
    raw, mark, suffix = text.partition("@")
    if (extra := raw.find("#")) >= 0:
        raise ReferenceProblem("a second # stands here", offset + extra, "write # as %23")
    name = _decode(raw, offset)
    match = _NAMESPACE.match(name)
    namespace = cast("Namespace", match[1]) if match else "metrics"
    name = name[match.end() :] if match else name
    if not name:
        raise ReferenceProblem("the field has no name", offset, "write it after #, as #val_f1")
    if not mark:
        return Field(namespace, name)
    at = offset + len(raw)
    if namespace != "metrics":
        raise ReferenceProblem("only a metric has a suffix", at, "write @ in a name as %40")
    return Field("metrics", name, *_parse_suffix(suffix, at))


def _parse_suffix(suffix: str, offset: int) -> tuple[Suffix, int | None]:
    if suffix in ("last", "min", "max"):
        return cast("Suffix", suffix), None
    if step := _STEP.fullmatch(suffix):
        return "step", int(step[1])
    hint = "write @last, @min, @max or @step=N; @ in a name is %40"
    raise ReferenceProblem(f"@{suffix} picks no value", offset, hint)


def _parse_git(_scheme: str, target: str) -> GitLink:
    head, colon, path = target.partition(":")
    alias, at, sha = head.rpartition("@")
    start = len(alias) + len(at)
    _check_sha(sha, start)
    repository = _parse_alias(alias, 0) if at else None
    return GitLink(repository, sha, _parse_path(path, len(head) + 1) if colon else None)


def _parse_dvc(_scheme: str, target: str) -> DvcLink:
    place, mark, sha = target.rpartition("@")
    if not mark:
        hint = "dvc:path@<full commit id>"
        raise ReferenceProblem("the commit is missing", len(target), hint)
    _check_sha(sha, len(place) + 1)
    alias, at, path = place.rpartition("@")
    repository = _parse_alias(alias, 0) if at else None
    return DvcLink(repository, _parse_path(path, len(alias) + len(at)), sha)


def _check_sha(sha: str, offset: int) -> None:
    if SHA.fullmatch(sha):
        return
    if SHA.fullmatch(sha.lower()):
        raise ReferenceProblem("a commit id is written in lower case", offset, sha.lower())
    if _HEX.fullmatch(sha):
        hint = f"write the full 40-character id: git rev-parse {sha}"
        raise ReferenceProblem(f"{sha} is no full commit id", offset, hint)
    hint = "write the full 40-character id: git rev-parse HEAD"
    raise ReferenceProblem(f"{sha or 'nothing'} is no commit id", offset, hint)


def _parse_alias(alias: str, offset: int) -> str:
    if not _ALIAS.fullmatch(alias):
        hint = "a repository's alias stands before @; @ in a path is %40"
        raise ReferenceProblem(f"{alias or 'nothing'} is no repository alias", offset, hint)
    return alias


def _parse_path(raw: str, offset: int) -> str:
    if (mark := re.search("[@#]", raw)) is not None:
        hint = f"write {mark[0]} in a path as %{ord(mark[0]):02X}"
        raise ReferenceProblem(f"{mark[0]} stands in a path", offset + mark.start(), hint)
    path = _decode(raw, offset)
    if fault := _path_fault(path):
        hint = "write the path from the repository's root, as data/churn.csv"
        raise ReferenceProblem(fault, offset, hint)
    return path


def _path_fault(path: str) -> str:
    if not path:
        return "the path is missing"
    if "\\" in path:
        return "a path is written with forward slashes"
    if path.startswith("/") or re.match("[A-Za-z]:/", path):
        return "an absolute path is no path in a repository"
    if any(part in ("", ".", "..") for part in path.split("/")):
        return "a path holds no empty, . or .. component"
    return ""


def _decode(raw: str, offset: int) -> str:
    pieces, position = [], 0
    for match in _ESCAPES.finditer(raw):
        pieces += [raw[position : match.start()], _decoded(match[0], offset + match.start())]
        position = match.end()
    return "".join([*pieces, raw[position:]])


def _decoded(escapes: str, offset: int) -> str:
    if escapes == "%":
        hint = "write two hexadecimal digits after it; % itself is %25"
        raise ReferenceProblem("% begins no percent-encoding", offset, hint)
    try:
        text = bytes.fromhex(escapes.replace("%", "")).decode("utf-8")
    except UnicodeDecodeError as error:
        hint = "encode the bytes of UTF-8: \u00e9 is %C3%A9"
        raise ReferenceProblem("the percent-encoding is no UTF-8", offset, hint) from error
    if any(ord(character) < ord(" ") or character == "\x7f" for character in text):
        hint = "leave the control character out"
        raise ReferenceProblem("a name or path holds no control characters", offset, hint)
    return text


def _alias_prefix(alias: str | None) -> str:
    return "" if alias is None else alias + "@"


def _format_ref(ref: RunRef) -> str:
    name = ref.run_id or ref.label or ""
    return name if ref.record is None else f"{ref.record}/{name}"


_PARSERS: dict[str, Callable[[str, str], Reference]] = {
    "run": _parse_value,
    "delta": _parse_pair,
    "ratio": _parse_pair,
    "mean": _parse_group,
    "sd": _parse_group,
    "count": _parse_group,
    "git": _parse_git,
    "dvc": _parse_dvc,
}
_KNOWN = ", ".join(_PARSERS)
