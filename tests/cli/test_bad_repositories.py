"""Repositories that somebody made to mislead a check, to run a program by it, or to wear it out."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest

OK = (0, "1 record checked: no findings\n", "")
CHECKS = (("check",), ("check", "--staged"), ("check", "--base", "HEAD"))
OTHER = "EXP-2026-11-20-500"


def seen(ran: Any) -> tuple[int, str, str]:
    return ran.code, ran.out, ran.err


# --- what would change what a commit is


@pytest.mark.parametrize("what", ["{}", "{}^{{tree}}", "{}:train.py", "{}:data/churn.csv.dvc"])
def test_a_replaced_object_changes_no_verdict(checked_repo: Any, run_cli: Any, what: str) -> None:
    checked_repo.write({"train.py": "print('other')\n", "data/churn.csv.dvc": "outs: []\n"})
    checked_repo.commit("other code and data")
    replaced = checked_repo.git("rev-parse", what.format(checked_repo.code))
    by = checked_repo.git("rev-parse", what.format("HEAD"))
    assert replaced != by
    checked_repo.git("replace", replaced, by)
    # git itself now shows the other one.
    assert checked_repo.git("cat-file", "-p", replaced) == checked_repo.git("cat-file", "-p", by)
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK


def test_a_graft_by_replacement_hides_no_base(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({"journal/x.md": "no record"})
    head = checked_repo.commit("a bad file")
    checked_repo.git("replace", "--graft", head)
    assert checked_repo.git("rev-list", "--count", "HEAD") == "1"
    ran = run_cli("check", "--base", "HEAD~1", cwd=checked_repo.root)
    assert (ran.code, ran.out.count("REC105"), ran.err) == (1, 1, "")


ATTRIBUTES = [
    "* export-ignore",
    "* export-subst",
    "* text eol=crlf",
    "* ident",
    "* working-tree-encoding=UTF-16",
    "* -text -diff linguist-generated",
    "* filter=lfs diff=lfs merge=lfs",
    "[attr]all export-ignore\n* all",
]


@pytest.mark.parametrize("where", [".gitattributes", ".git/info/attributes"])
@pytest.mark.parametrize("line", ATTRIBUTES)
def test_attributes_change_no_verdict(
    checked_repo: Any, run_cli: Any, line: str, where: str
) -> None:
    (checked_repo.root / ".git/info").mkdir(exist_ok=True)
    checked_repo.write({where: f"{line}\n"})
    for arguments in CHECKS:
        assert seen(run_cli(*arguments, cwd=checked_repo.root)) == OK


# --- what would run a program

SETTINGS = (
    *("core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "core.askPass"),
    *("core.alternateRefsCommand", "diff.external", "diff.evil.textconv", "gpg.program"),
    *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "credential.helper"),
    *(
        "uploadpack.packObjectsHook",
        "sequence.editor",
        "merge.evil.driver",
        "interactive.diffFilter",
    ),
)
HOOKS = ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout")


@pytest.fixture
def armed_repo(checked_repo: Any) -> Any:
    """A repository whose every setting and hook that names a program leaves a trace in ``ran``."""
    trap = checked_repo.root / ".git/trap"
    trap.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{checked_repo.root}/.git/ran'\ncat\n")
    trap.chmod(0o755)
    for name in SETTINGS:
        checked_repo.git("config", name, str(trap))
    checked_repo.git("config", "filter.evil.required", "true")
    hooks = checked_repo.root / ".git/traps"
    hooks.mkdir()
    for name in HOOKS:
        shutil.copy(trap, hooks / name)
    checked_repo.git("config", "core.hooksPath", str(hooks))
    checked_repo.write({".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    # git looks at the content of what it believes to have changed.
    os.utime(checked_repo.root / checked_repo.record, (1, 1))
    assert not (checked_repo.root / ".git/ran").exists()
    return checked_repo


def test_the_trap_works(armed_repo: Any) -> None:
    with pytest.raises(subprocess.CalledProcessError):  # a required filter that is none
        armed_repo.git("status", "--porcelain")
    assert "trap" in (armed_repo.root / ".git/ran").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        *CHECKS,
        ("check", "--no-cache"),
        ("fix",),
        ("new", "experiment", "A title"),
        ("accept", "EXP-2026-11-20-417", "--by", "li"),
        ("kinds", "list"),
        ("explain", "REC101"),
    ],
    ids=" ".join,
)
def test_no_program_that_the_repository_names_is_run(
    armed_repo: Any, run_cli: Any, arguments: tuple[str, ...]
) -> None:
    ran = run_cli(*arguments, cwd=armed_repo.root)
    assert (ran.code, ran.err) == (0, "")
    assert not (armed_repo.root / ".git/ran").exists()


# --- what would fetch


def _partial_clone(repo: Any, to: Path, what: str) -> tuple[Any, Path]:
    """Clone without blobs or trees; what the clone asks its remote for later leaves a trace."""
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("clone", "-q", f"--filter={what}", f"file://{repo.root}", str(to / "clone"))
    clone = type(repo)(to / "clone", repo.code)
    trap = to / "upload-pack"
    trap.write_text(f"#!/bin/sh\necho asked >> '{to}/asked'\nexec git-upload-pack \"$@\"\n")
    trap.chmod(0o755)
    clone.git("config", "remote.origin.uploadpack", str(trap))
    clone.git("config", "protocol.file.allow", "always")
    return clone, to / "asked"


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_fetches_nothing(
    checked_repo: Any, run_cli: Any, tmp_path: Path, what: str
) -> None:
    checked_repo.git("rm", "-rq", "journal/evidence/git")
    checked_repo.write({"train.py": "print('later')\n", "data/churn.csv.dvc": "outs: []\n"})
    checked_repo.commit("the cited commit is the past")
    clone, asked = _partial_clone(checked_repo, tmp_path, what)
    missing = clone.git("rev-list", "--objects", "--all", "--missing=print").count("?")
    assert missing > 0, "the clone lacks something that the check would look at"
    for arguments in CHECKS:
        ran = run_cli(*arguments, "--format=json", cwd=clone.root)
        assert (ran.code, ran.err) == (0, "")
        # What is missing is not called wrong: unreachable, and one warning about the clone.
        found = [f["rule"] for f in ran.findings() if f["path"] != clone.record]
        assert found == ([] if "--staged" in arguments else ["CFG201"])
        about_record = {f["rule"] for f in ran.findings()} - {"CFG201"}
        assert about_record <= {"EVD204", "EVD205", "EVD214"}
    assert not asked.exists()
    assert clone.git("rev-list", "--objects", "--all", "--missing=print").count("?") == missing
    clone.git("cat-file", "-p", f"{checked_repo.code}:train.py")
    assert asked.exists(), "git itself would have asked"


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_new_record_in_a_partial_clone_fetches_nothing(
    checked_repo: Any, run_cli: Any, tmp_path: Path, what: str
) -> None:
    checked_repo.write({"train.py": "print('later')\n"})
    checked_repo.commit("a second commit, whose trees differ from those that were fetched")
    clone, asked = _partial_clone(checked_repo, tmp_path, what)
    ran = run_cli("new", "experiment", "A title", cwd=clone.root)
    assert (ran.code, ran.err) == (0, "")
    assert not asked.exists()


# --- names of refs

BROKEN = {"a..b", "$(touch pwned)"}  # names that git refuses, and that it stumbles over
REFS = ["-x", "--upload-pack=touch", "--output=pwned", "-", "--", "@", *sorted(BROKEN)]


@pytest.mark.parametrize("name", REFS)
def test_a_ref_named_like_an_option(checked_repo: Any, run_cli: Any, name: str) -> None:
    packed = checked_repo.root / ".git/packed-refs"
    packed.write_text(f"{checked_repo.git('rev-parse', 'HEAD')} refs/heads/{name}\n")
    before = checked_repo.state()
    checked_repo.write({"expdocs.toml": _settings(checked_repo, name)})
    for arguments in (
        ("check",),
        ("check", f"--base={name}"),
        ("check", f"--base=refs/heads/{name}"),
    ):
        ran = run_cli(*arguments, cwd=checked_repo.root)
        assert ran.code in (0, 2)
        assert (ran.code == 0) == (ran.err == "")
        assert "Traceback" not in ran.err
        assert "usage:" not in ran.err.lower()
    ran = run_cli("new", "experiment", "A title", cwd=checked_repo.root)
    assert ran.code == (3 if name in BROKEN else 0)
    assert "defect" not in ran.err
    new = set(checked_repo.state()) - set(before)
    made = {Path(path).name[:4] for path in new if "/.git/" not in path}
    assert made == (set() if name in BROKEN else {"EXP-"})


def _settings(repo: Any, branch: str) -> str:
    text = (repo.root / "expdocs.toml").read_text()
    return f"protected_branch = '{branch}'\n{text}"


# --- names that are one elsewhere

NFC, NFD = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
TWINS = {
    "case": ("EXP-2026-11-20-417-a.md", "EXP-2026-11-20-417-A.md"),
    "case beyond ASCII": ("EXP-2026-11-20-417-é.md", "EXP-2026-11-20-417-É.md"),
    "composed and decomposed": (f"EXP-2026-11-20-417-{NFC}.md", f"EXP-2026-11-20-417-{NFD}.md"),
    "both": (f"EXP-2026-11-20-417-{NFC.upper()}.md", f"EXP-2026-11-20-417-{NFD}.md"),
    "sharp s": ("EXP-2026-11-20-417-straße.md", "EXP-2026-11-20-417-STRASSE.md"),
}


@pytest.mark.parametrize("arguments", CHECKS[:2], ids=" ".join)
@pytest.mark.parametrize("names", TWINS.values(), ids=TWINS)
def test_two_names_that_are_one_elsewhere(
    checked_repo: Any, run_cli: Any, names: tuple[str, str], arguments: tuple[str, ...]
) -> None:
    folder = checked_repo.record.rpartition("/")[0]
    first, second = sorted(f"{folder}/{name}" for name in names)
    text = checked_repo.text
    (checked_repo.root / checked_repo.record).unlink()
    checked_repo.write({first: text, second: text.replace("EXP-2026-11-20-417", OTHER)})
    checked_repo.git("add", "-A")
    found = run_cli(*arguments, "--format=json", cwd=checked_repo.root).findings()
    assert [(f["rule"], f["path"], f["line"]) for f in found] == [("REC302", second, 2)]
    assert first in found[0]["message"]
    # Asked once more, the answer is the same, and it goes with the other file.
    again = run_cli(*arguments, "--format=json", cwd=checked_repo.root).findings()
    assert again == found
    (checked_repo.root / first).unlink()
    checked_repo.git("add", "-A")
    left = run_cli(*arguments, "--format=json", cwd=checked_repo.root).findings()
    assert [f["rule"] for f in left] == ["REC303"]


def test_names_that_only_look_alike_are_two(checked_repo: Any, run_cli: Any) -> None:
    cyrillic = "a\u0441e"
    path = checked_repo.record.replace("oversampling", "ace").replace("417", "500")
    text = checked_repo.text.replace("EXP-2026-11-20-417", OTHER)
    checked_repo.write({path: text})
    third = path.replace("ace", cyrillic).replace("500", "501")
    checked_repo.write({third: text.replace(OTHER, "EXP-2026-11-20-501")})
    assert run_cli("check", cwd=checked_repo.root).out == "3 records checked: no findings\n"


# --- bombs

# 430 bytes that would be 10^9 values.
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{key}: &{key} [{','.join([f'*{before}'] * 10)}]\n"
    for before, key in zip("abcdefgh", "bcdefghi", strict=True)
)
MIB = 1024 * 1024


def test_a_few_bytes_of_aliases(checked_repo: Any, run_cli: Any) -> None:
    assert len(LAUGHS) < 450
    bad = "journal/EXP-2026-11-20-500-bomb.md"
    checked_repo.write({
        bad: f"---\n{LAUGHS}---\n",
        "params.yaml": LAUGHS,
        "data/bomb.dvc": LAUGHS,
        "dvc.lock": LAUGHS,
    })  # fmt: skip
    found = run_cli("check", "--format=json", cwd=checked_repo.root).findings()
    assert [(f["rule"], f["path"], f["line"]) for f in found] == [("REC112", bad, 2)]


def test_a_few_bytes_of_aliases_in_a_kind(checked_repo: Any, only_problem: Any) -> None:
    for name in ("schema.json", "template.md"):
        checked_repo.write({f"schemas/bomb/{name}": "{}"})
    checked_repo.write({"schemas/bomb/kind.yaml": LAUGHS})
    assert "schemas/bomb/kind.yaml:1: the anchor" in only_problem(checked_repo, 2, "check")


DEEP = {
    "lists": b"[" * 1_000_000,
    "lists, closed": b"[" * 1_000_000 + b"]" * 1_000_000,
    "objects": b'{"a":' * 1_000_000,
    "lists in a document": b'{"sha256":"%s","schema_version":1,"a":' % (b"0" * 64)
    + b"[" * 1_000_000,
    "a long number": b'{"schema_version":' + b"9" * 1_000_000 + b"}",
    "a long text": b'{"a":"' + b"\\u0041" * 1_000_000 + b'"}',
    "many keys": b"{" + b",".join(b'"%d":0' % n for n in range(200_000)) + b"}",
}


@pytest.mark.parametrize("content", DEEP.values(), ids=DEEP)
def test_a_snapshot_a_million_deep_or_long(
    checked_repo: Any, only_finding: Any, content: bytes
) -> None:
    path = checked_repo.snapshot("weights")
    checked_repo.write({path: content})
    assert only_finding(checked_repo) == ("EVD102", path, 1, 1)


LONG = {
    "brackets": "[",
    "closing brackets": "]",
    "links": "[a](",
    "images": "![",
    "citations": "](run:",
    "backticks": "`",
    "backtick runs": "` `` ``` ",
    "comments": "<!--",
    "comment ends": "-->",
    "quotes": ">",
    "nested lists": "- ",
    "emphasis": "*_",
    "angles": "<a ",
    "parentheses": "(",
    "escapes": "\\[",
    "numbers": "0.5 ",
    "ids": "EXP-2026-11-20-",
    "blocks": "<!-- expdocs:runs -->",
    "suppressions": "<!-- expdocs: ignore CLM107: a -->",
    "lines": "\n",
    "rows": "|a|\n|-|\n",
    "sides": "<<<<<<< a\n",
    "quotes in attributes": '="run:',
    "entities": "[a](&amp;",
}


@pytest.mark.parametrize("piece", LONG.values(), ids=LONG)
def test_a_body_of_a_mebibyte(checked_repo: Any, run_cli: Any, piece: str) -> None:
    """It ends at all: one quadratic pattern over a mebibyte would take hours."""
    room = MIB - len(checked_repo.text.encode()) - 2
    text = checked_repo.text.replace(
        "More seeds.", f"More seeds.\n\n{piece * (room // len(piece))}"
    )
    assert MIB - 200 < len(text.encode()) <= MIB
    checked_repo.write({checked_repo.record: text})
    ran = run_cli("check", "--format=json", cwd=checked_repo.root)
    assert ran.code in (0, 1)
    assert ran.err == ""


@pytest.mark.parametrize(
    "piece", ["[", "{", "- ", "? ", "a: ", '"', "'", "# ", "\n", "|", "a,", "\t"]
)
def test_front_matter_of_a_mebibyte(checked_repo: Any, run_cli: Any, piece: str) -> None:
    text = checked_repo.text
    filler = piece * ((MIB - len(text.encode())) // len(piece))
    checked_repo.write({checked_repo.record: text.replace("tags: [imbalance]", f"tags: {filler}")})
    found = run_cli("check", "--format=json", cwd=checked_repo.root).findings()
    assert [f["rule"] for f in found] == ["REC115"]
    for size in (60_000, 65_000):
        filler = piece * (size // len(piece))
        checked_repo.write(
            {checked_repo.record: text.replace("tags: [imbalance]", f"tags: {filler}")}
        )
        ran = run_cli("check", "--format=json", cwd=checked_repo.root)
        assert ran.code in (0, 1)
        assert ran.err == ""


# --- what cannot be read, and what a merge left


def without_the_rights_of_root() -> None:
    """Give up what lets root read every file, in a process about to be started."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            assert libc.prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP


def test_a_folder_of_new_records_that_may_not_be_read(checked_repo: Any, run_program: Any) -> None:
    checked_repo.write({"journal/private/EXP-2026-11-20-500-x.md": "no record"})
    folder = checked_repo.root / "journal/private"
    folder.chmod(0)
    try:
        ran = run_program("check", cwd=checked_repo.root, before=without_the_rights_of_root)
    finally:
        folder.chmod(0o755)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "error: journal/private cannot be read\n  hint: check its permissions\n"


CONFLICTS = {
    "in a paragraph": ("<<<<<<< HEAD\nA\n=======\nB\n>>>>>>> other\n", 1),
    "three sides": ("<<<<<<< HEAD\nA\n||||||| base\nO\n=======\nB\n>>>>>>> other\n", 1),
    "over a heading": ("<<<<<<< HEAD\n## A\n=======\n## B\n>>>>>>> other\n", 1),
    "half mended": ("A\n=======\nB\n>>>>>>> other\n", 4),
    "around code": ("<<<<<<< HEAD\n```\nA\n=======\nB\n>>>>>>> other\n```\n", 1),
    "in a comment": ("<!--\n<<<<<<< HEAD\nA\n=======\nB\n>>>>>>> other\n-->\n", 2),
}
NO_CONFLICTS = {
    "an example": "```\n<<<<<<< HEAD\nA\n=======\nB\n>>>>>>> other\n```\n",
    "a deep quotation": ">>>>>>> so they said\n",
    "a heading": "A title\n=======\n",
    "in a line": "Lines such as <<<<<<< HEAD and\n=======\n",
    "six": "<<<<<< HEAD\n=======\n>>>>>> other\n",
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", CONFLICTS.values(), ids=CONFLICTS)
def test_a_merge_conflict_in_the_body(
    checked_repo: Any, run_cli: Any, case: tuple[str, int], end: str
) -> None:
    text, line = case
    before, _, after = checked_repo.text.partition("More seeds.")
    whole = f"{before}Before.\n\n{text}\n{after}".replace("\n", end)
    checked_repo.write({checked_repo.record: whole})
    found = run_cli("check", "--format=json", cwd=checked_repo.root).findings()
    place = before.count("\n") + 2 + line
    assert [(f["rule"], f["line"], f["column"]) for f in found] == [("REC109", place, 1)]


@pytest.mark.parametrize("text", NO_CONFLICTS.values(), ids=NO_CONFLICTS)
def test_what_only_looks_like_a_conflict(checked_repo: Any, run_cli: Any, text: str) -> None:
    changed = checked_repo.text.replace("More seeds.", f"More seeds.\n\n{text}")
    checked_repo.write({checked_repo.record: changed})
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK


def test_a_real_merge(checked_repo: Any, only_finding: Any) -> None:
    text = checked_repo.text
    checked_repo.git("checkout", "-qb", "theirs")
    checked_repo.write({checked_repo.record: text.replace("More seeds", "Stop")})
    checked_repo.commit()
    checked_repo.git("checkout", "-q", "main")
    checked_repo.write({checked_repo.record: text.replace("More seeds", "Go on")})
    checked_repo.commit()
    with pytest.raises(subprocess.CalledProcessError):
        checked_repo.git("merge", "-q", "theirs")
    line = text[: text.index("More seeds")].count("\n") + 1
    assert only_finding(checked_repo) == ("REC109", checked_repo.record, line, 1)
    checked_repo.git("add", "-A")
    assert only_finding(checked_repo, "--staged") == ("REC109", checked_repo.record, line, 1)
