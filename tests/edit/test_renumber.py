"""Records that share an id, told apart by git's history; and one record renumbered by name."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

OLD = "EXP-2026-11-20-417"
FOLDER = "journal/experiments/2026/11"
OWNER = f"{FOLDER}/{OLD}-oversampling.md"
NEWCOMER = f"{FOLDER}/{OLD}-weights.md"
OTHER = f"{FOLDER}/EXP-2026-11-20-500-other.md"
BODY = (
    "Follows EXP-2026-11-20-417, see [run](EXP-2026-11-20-417-weights.md) and\n"
    "[EXP-2026-11-20-417](../11/EXP-2026-11-20-417-weights.md#runs), `EXP-2026-11-20-417`,\n"
    "[0.7912](run:EXP-2026-11-20-417/weights#val_f1), EXP-2026-11-20-4170 and\n"
    "[+0.0212](delta:EXP-2026-11-20-417/weights..EXP-2026-11-20-417/smote-1#val_f1).\n"
)
FIELDS = (
    'notes: "As EXP-2026-11-20-417, said twice: EXP-2026-11-20-417." # EXP-2026-11-20-417\n'
    "links:\n  - {type: follows, target: EXP-2026-11-20-417} # the first\n"
    "  - {type: relates, target: 'EXP-2026-11-20-417'}\n"
)


def variant(text: str, record_id: str, body: str = "More seeds.\n", fields: str = "") -> str:
    """Return another record: its title, id, fields and last section are its own."""
    text = text.replace(f"id: {OLD}", f"id: {record_id}").replace("Oversampling", "Otherwise")
    return text.replace("More seeds.\n", body).replace("verdict:", f"{fields}verdict:")


def drawn(root: Path, name: str = "weights") -> str:
    (path,) = root.glob(f"{FOLDER}/*-{name}.md")
    return path.name[:18]


@pytest.fixture
def merged(checked_repo: Any) -> Any:
    """A branch with a newcomer and another record that refers to it, then main with the owner."""
    repo, text = checked_repo, checked_repo.text
    repo.git("rm", "-q", repo.record)
    base = repo.commit("without records")
    repo.write({OWNER: text})
    repo.commit("owner")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("checkout", "-qb", "topic", base)
    own = f"{OLD} is this record.\n"
    repo.write({
        NEWCOMER: variant(text, OLD, own),
        OTHER: variant(text, "EXP-2026-11-20-500", BODY, FIELDS),
        "expdocs.toml": 'protected_branch = "main"\n' + (repo.root / "expdocs.toml").read_text(),
    })  # fmt: skip
    repo.commit("newcomer")
    return repo


def refs(text: str, new: str) -> str:
    """Return the other record's text as it has to be once the newcomer is ``new``."""
    changed = (
        text.replace(f"# {OLD}", "# \x01").replace(f"`{OLD}`", "`\x01`").replace(f"{OLD}0", "\x010")
    )
    return changed.replace(OLD, new).replace("\x01", OLD)


def test_the_record_that_main_lacks_is_renumbered_with_all_that_means_it(
    merged: Any, run_cli: Any
) -> None:
    newcomer, other = (merged.root / NEWCOMER).read_text(), (merged.root / OTHER).read_text()
    merged.git("merge", "-q", "--no-edit", "origin/main")
    owner = (merged.root / OWNER).read_bytes()
    rules = [f["rule"] for f in run_cli("check", "--format", "json", cwd=merged.root).findings()]
    assert "REC301" in rules
    shown = run_cli("fix", "--diff", cwd=merged.root)
    ran = run_cli("fix", cwd=merged.root)
    new = drawn(merged.root)
    assert new != OLD
    assert re.fullmatch(r"EXP-2026-11-20-[0-9]{3}", new)
    assert ran.out == (
        f"{NEWCOMER}: renumbered from {OLD} to {new}, renamed to {new}-weights.md\n"
        f"{OTHER}: {OLD} written as {new} 8 times, links to renamed files corrected\n"
        "2 files changed\n"
    )
    assert ran.err == ""
    assert (merged.root / OWNER).read_bytes() == owner
    assert (merged.root / f"{FOLDER}/{new}-weights.md").read_text() == newcomer.replace(OLD, new)
    assert (merged.root / OTHER).read_text() == refs(other, new)
    assert f"rename to {FOLDER}/{new}-weights.md" in shown.out
    assert run_cli("fix", cwd=merged.root).out == "0 files changed\n"
    rules = [f["rule"] for f in run_cli("check", "--format", "json", cwd=merged.root).findings()]
    assert "REC301" not in rules
    assert "LNK101" not in rules


def test_the_diff_is_what_git_would_apply(merged: Any, run_cli: Any) -> None:
    merged.git("merge", "-q", "--no-edit", "origin/main")
    before = merged.state()
    ran = run_cli("fix", "--diff", cwd=merged.root)
    assert merged.state() == before
    merged.write({"../change.patch": ran.out})
    merged.git("apply", "../change.patch")
    applied = merged.state()
    merged.git("apply", "-R", "../change.patch")
    run_cli("fix", cwd=merged.root)
    assert merged.state() == applied


def test_what_may_mean_either_is_left_and_said(merged: Any, run_cli: Any) -> None:
    """A rebase puts the newcomer upon the owner, so no commit tells which one was meant."""
    merged.git("rebase", "-q", "origin/main")
    before = (merged.root / OTHER).read_text()
    ran = run_cli("fix", cwd=merged.root)
    new = drawn(merged.root)
    text = (merged.root / OTHER).read_text()
    named = before.replace(f"{OLD}-weights.md", f"{new}-weights.md")
    assert text == named.replace(f"[{OLD}](../", f"[{new}](../")
    lines = ran.err.splitlines()
    assert len(lines) == 9
    renamed = NEWCOMER.replace(OLD, new)
    assert lines[0].startswith(
        f"{renamed}:50:1: {OLD} may mean either record and leads to {OWNER};"
    )
    assert all(f"write {new} if the other is meant" in line for line in lines)
    assert run_cli("fix", cwd=merged.root).out == "0 files changed\n"


def test_a_label_that_one_of_them_has_tells_which(merged: Any, run_cli: Any) -> None:
    newcomer = (merged.root / NEWCOMER).read_text().replace("as: weights", "as: plain")
    merged.write({NEWCOMER: newcomer, OTHER: (merged.root / OTHER).read_text().replace(
        BODY, f"[1](run:{OLD}/plain#c) [2](run:{OLD}/weights#c) [3](run:{OLD}/smote-1#c)\n"
    )})  # fmt: skip
    merged.commit("labels")
    merged.git("rebase", "-q", "origin/main")
    run_cli("fix", cwd=merged.root)
    new = drawn(merged.root)
    text = (merged.root / OTHER).read_text()
    cited = f"[1](run:{new}/plain#c) [2](run:{OLD}/weights#c) [3](run:{OLD}/smote-1#c)\n"
    assert cited in text


def test_what_main_has_already_means_the_owner(merged: Any, run_cli: Any) -> None:
    merged.git("checkout", "-q", "main")
    path = f"{FOLDER}/EXP-2026-11-20-600-follows.md"
    fields = "links: [{type: follows, target: EXP-2026-11-20-417}]\n"
    text = variant((merged.root / OWNER).read_text(), "EXP-2026-11-20-600", fields=fields)
    merged.write({path: text})
    merged.commit("refers to the owner")
    merged.git("update-ref", "refs/remotes/origin/main", "HEAD")
    merged.git("checkout", "-q", "topic")
    merged.git("merge", "-q", "--no-edit", "main")
    ran = run_cli("fix", cwd=merged.root)
    assert ran.err == ""
    assert (merged.root / path).read_text() == text


def only_says(repo: Any, run_cli: Any, *arguments: str) -> str:
    before = repo.state()
    ran = run_cli("fix", *arguments, cwd=repo.root)
    assert (ran.code, ran.out) == (0, "0 files changed\n")
    assert repo.state() == before
    return str(ran.err)


def test_both_on_the_protected_branch_stay(merged: Any, run_cli: Any) -> None:
    merged.git("merge", "-q", "--no-edit", "origin/main")
    merged.git("update-ref", "refs/remotes/origin/main", "HEAD")
    said = only_says(merged, run_cli)
    shared = f"{OLD} is shared by {OWNER} and {NEWCOMER}"
    assert said == (
        f"{shared}, and more than one of them is on main: give one of them another id by hand\n"
    )


def test_without_a_protected_branch_head_tells(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({NEWCOMER: variant(checked_repo.text, OLD)})
    ran = run_cli("fix", cwd=checked_repo.root)
    assert ran.out.startswith(f"{NEWCOMER}: renumbered from {OLD} to EXP-2026-11-20-")
    assert (checked_repo.root / OWNER).exists()


def test_neither_in_head_is_for_a_person_to_choose(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    checked_repo.git("rm", "-q", OWNER)
    checked_repo.commit("empty")
    checked_repo.write({OWNER: text, NEWCOMER: variant(text, OLD)})
    said = only_says(checked_repo, run_cli)
    assert "none of them is on HEAD (no protected branch is known): choose: " in said
    assert run_cli("fix", "--renumber", OLD, cwd=checked_repo.root).code == 2
    ran = run_cli("fix", "--renumber", NEWCOMER, cwd=checked_repo.root)
    assert ran.out.startswith(f"{NEWCOMER}: renumbered from {OLD} to ")
    assert (
        "aliases"
        not in (checked_repo.root / f"{FOLDER}/{drawn(checked_repo.root)}-weights.md").read_text()
    )


def test_paths_choose_the_record_and_not_what_refers_to_it(merged: Any, run_cli: Any) -> None:
    merged.git("merge", "-q", "--no-edit", "origin/main")
    assert only_says(merged, run_cli, OTHER) == ""
    ran = run_cli("fix", NEWCOMER, cwd=merged.root)
    assert ran.out.endswith("2 files changed\n")


def test_two_newcomers_each_get_an_id_of_their_own(merged: Any, run_cli: Any) -> None:
    text = (merged.root / NEWCOMER).read_text()
    merged.write({NEWCOMER.replace("weights", "third"): text.replace("Otherwise", "Thirdly")})
    merged.commit("third")
    merged.git("merge", "-q", "--no-edit", "origin/main")
    assert run_cli("fix", cwd=merged.root).code == 0
    ids = {drawn(merged.root, name) for name in ("weights", "third", "oversampling")}
    assert len(ids) == 3
    assert drawn(merged.root, "oversampling") == OLD
    assert run_cli("fix", cwd=merged.root).out == "0 files changed\n"


LINKS = {
    "[![@](@-weights.md)](@-weights.md)": "[![#](#-weights.md)](#-weights.md)",
    "[a *@* b](./@-weights.md 'as @')": "[a *#* b](./#-weights.md 'as @')",
    "[@](https://example.org/@-weights.md)": "[@](https://example.org/@-weights.md)",
    "[@](../@-weights.md)": "[@](../@-weights.md)",
    "[x][@]\n\n[@]: @-weights.md": "[x][@]\n\n[@]: #-weights.md",
}


@pytest.mark.parametrize("given", LINKS)
def test_links_to_the_file_follow_it(merged: Any, run_cli: Any, given: str) -> None:
    merged.git("rebase", "-q", "origin/main")
    text = (merged.root / OTHER).read_text().replace(BODY, f"{given.replace('@', OLD)}\n")
    merged.write({OTHER: text.replace(FIELDS, "")})
    assert run_cli("fix", cwd=merged.root).code == 0
    wanted = LINKS[given].replace("@", OLD).replace("#", drawn(merged.root))
    assert (merged.root / OTHER).read_text().endswith(f"\n{wanted}\n")


def test_a_folder_keeps_its_name(alone: Any, run_cli: Any) -> None:
    text = (alone.root / NEWCOMER).read_text()
    (alone.root / NEWCOMER).unlink()
    alone.write({f"{FOLDER}/{OLD}/{OLD}.md": text})
    assert run_cli("fix", "--renumber", OLD, cwd=alone.root).code == 0
    (path,) = (alone.root / f"{FOLDER}/{OLD}").iterdir()
    assert path.name != f"{OLD}.md"


def accepted(repo: Any, run_cli: Any, path: str) -> None:
    assert run_cli("accept", path, "--by", "li", cwd=repo.root).code == 0
    repo.commit("accept")


def test_an_accepted_newcomer_keeps_its_id(merged: Any, run_cli: Any) -> None:
    accepted(merged, run_cli, NEWCOMER)
    merged.git("merge", "-q", "--no-edit", "origin/main")
    said = only_says(merged, run_cli)
    assert said.startswith(f"{NEWCOMER} was accepted under {OLD}, so its id stays")


def test_an_accepted_record_that_means_the_newcomer_keeps_it_as_it_is(
    merged: Any, run_cli: Any
) -> None:
    text = (merged.root / OTHER).read_text()
    merged.write({OTHER: text.replace(BODY, f"As {OLD} says.\n")})
    accepted(merged, run_cli, OTHER)
    merged.git("merge", "-q", "--no-edit", "origin/main")
    said = only_says(merged, run_cli)
    assert said.startswith(f"{OTHER} was accepted and may refer to {NEWCOMER}")


# --- by name


@pytest.fixture
def alone(checked_repo: Any) -> Any:
    """A record that nobody else has the id of, not yet committed, and one that refers to it."""
    repo, text = checked_repo, checked_repo.text
    repo.git("rm", "-q", repo.record)
    repo.commit("without records")
    repo.write({
        NEWCOMER: variant(text, OLD, f"{OLD} is this record.\n"),
        OTHER: variant(text, "EXP-2026-11-20-500", BODY, FIELDS),
    })  # fmt: skip
    return repo


@pytest.mark.parametrize("name", [OLD, NEWCOMER])
def test_one_record_gets_another_id_and_keeps_the_old_as_an_alias(
    alone: Any, run_cli: Any, name: str
) -> None:
    newcomer, other = (alone.root / NEWCOMER).read_text(), (alone.root / OTHER).read_text()
    rules = [f["rule"] for f in run_cli("check", "--format", "json", cwd=alone.root).findings()]
    ran = run_cli("fix", "--renumber", name, cwd=alone.root)
    assert (ran.code, ran.err) == (0, "")
    new = drawn(alone.root)
    wanted = newcomer.replace(OLD, new).replace("---\n\n## M", f"aliases: [{OLD}]\n---\n\n## M")
    assert (alone.root / f"{FOLDER}/{new}-weights.md").read_text() == wanted
    assert (alone.root / OTHER).read_text() == refs(other, new)
    after = [f["rule"] for f in run_cli("check", "--format", "json", cwd=alone.root).findings()]
    assert after == rules


def test_a_record_of_this_branch_alone_can_be_renumbered(merged: Any, run_cli: Any) -> None:
    assert run_cli("fix", "--renumber", OLD, cwd=merged.root).code == 0
    text = (merged.root / f"{FOLDER}/{drawn(merged.root)}-weights.md").read_text()
    assert f"\naliases: [{OLD}]\n" in text


@pytest.mark.parametrize("status", ["draft", "accepted"])
def test_a_kind_without_aliases_has_none(alone: Any, run_cli: Any, status: str) -> None:
    assert run_cli("kinds", "eject", "experiment", cwd=alone.root).code == 0
    path = alone.root / "schemas" / "experiment" / "schema.json"
    schema = json.loads(path.read_text())
    del schema["properties"]["aliases"]
    path.write_text(json.dumps(schema))
    text = (alone.root / OTHER).read_text().replace("status: proposed", f"status: {status}")
    alone.write({OTHER: text.replace(BODY, f"As {OLD}.\n")})
    ran = run_cli("fix", "--renumber", OLD, cwd=alone.root)
    if status == "accepted":
        assert ran.err.startswith(f"error: {OTHER} was accepted and leads to {NEWCOMER}")
        return
    assert "aliases" not in (alone.root / f"{FOLDER}/{drawn(alone.root)}-weights.md").read_text()
    assert f"As {drawn(alone.root)}." in (alone.root / OTHER).read_text()


ALIASES = {
    "aliases: []": "aliases: [EXP-2026-11-20-417]",
    "aliases:": "aliases: [EXP-2026-11-20-417]",
    "aliases: [EXP-2026-11-20-001] # the first": (
        "aliases: [EXP-2026-11-20-001, EXP-2026-11-20-417] # the first"
    ),
    "aliases:\n  # two\n  - EXP-2026-11-20-001 # the first": (
        "aliases:\n  # two\n  - EXP-2026-11-20-001\n  - EXP-2026-11-20-417 # the first"
    ),
}


@pytest.mark.parametrize("given", ALIASES)
def test_aliases_keep_their_form(alone: Any, run_cli: Any, given: str) -> None:
    text = (alone.root / NEWCOMER).read_text().replace("tags:", f"{given}\ntags:")
    alone.write({NEWCOMER: text})
    assert run_cli("fix", "--renumber", NEWCOMER, cwd=alone.root).code == 0
    new = drawn(alone.root)
    wanted = text.replace(OLD, new).replace(given, ALIASES[given])
    assert (alone.root / f"{FOLDER}/{new}-weights.md").read_text() == wanted


def test_an_accepted_record_still_finds_it_by_the_alias(alone: Any, run_cli: Any) -> None:
    text = (alone.root / OTHER).read_text()
    alone.write({OTHER: text.replace(BODY, f"As {OLD}.\n")})
    assert run_cli("accept", OTHER, "--by", "li", cwd=alone.root).code == 0
    before = (alone.root / OTHER).read_bytes()
    assert run_cli("fix", "--renumber", OLD, cwd=alone.root).code == 0
    assert (alone.root / OTHER).read_bytes() == before
    assert run_cli("check", cwd=alone.root).code == 0


def refused(repo: Any, run_cli: Any, *arguments: str) -> str:
    before = repo.state()
    ran = run_cli("fix", *arguments, cwd=repo.root)
    assert (ran.code, ran.out) == (1, "")
    assert repo.state() == before
    return str(ran.err)


def test_an_accepted_record_that_links_to_the_file_is_a_reason_to_refuse(
    alone: Any, run_cli: Any
) -> None:
    text = (alone.root / OTHER).read_text()
    alone.write({OTHER: text.replace(BODY, f"As [there]({OLD}-weights.md).\n")})
    assert run_cli("accept", OTHER, "--by", "li", cwd=alone.root).code == 0
    said = refused(alone, run_cli, "--renumber", OLD)
    assert said.startswith(f"error: {OTHER} was accepted and leads to {NEWCOMER}")


def test_what_may_not_be_renumbered_says_why(alone: Any, run_cli: Any) -> None:
    unknown = run_cli("fix", "--renumber", "EXP-2026-11-20-999", cwd=alone.root)
    assert unknown.code == 2
    assert unknown.err.startswith("error: no record has the id or path 'EXP-2026-11-20-999'")
    both = run_cli("fix", "--renumber", OLD, "journal", cwd=alone.root)
    assert (both.code, both.err) == (2, "error: --renumber takes one record and no paths\n")
    alone.commit("records")
    said = refused(alone, run_cli, "--renumber", OLD)
    assert said.startswith(f"error: HEAD (no protected branch is known) has {OLD} already")


def test_files_that_cannot_be_read_are_named(alone: Any, run_cli: Any) -> None:
    broken = f"{FOLDER}/EXP-2026-11-20-700-broken.md"
    alone.write({broken: f"---\nid: [\n---\n{OLD}\n"})
    ran = run_cli("fix", "--renumber", OLD, cwd=alone.root)
    new = drawn(alone.root)
    assert (
        ran.err
        == f"{broken} cannot be read and names {OLD}: write {new} where that record is meant\n"
    )


# --- a crash on the way


def test_what_a_crash_left_is_finished(
    merged: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged.git("merge", "-q", "--no-edit", "origin/main")
    clean = merged.state()
    copies = [(path, (merged.root / path).read_bytes()) for path in (NEWCOMER, OTHER)]
    run_cli("fix", cwd=merged.root)
    wanted, new = merged.state(), drawn(merged.root)
    for step in range(4):
        (merged.root / f"{FOLDER}/{new}-weights.md").unlink()
        merged.write(dict(copies))
        assert merged.state() == clean
        _crash_after(step, monkeypatch, merged, run_cli)
        diff = run_cli("fix", "--diff", cwd=merged.root)
        assert ("an interrupted fix will be finished first" in diff.err) is (step > 0)
        assert run_cli("fix", cwd=merged.root).code == 0
        assert merged.state() == wanted, step
        assert run_cli("fix", cwd=merged.root).out == "0 files changed\n"


def _crash_after(step: int, monkeypatch: pytest.MonkeyPatch, repo: Any, run_cli: Any) -> None:
    """Stop the program at the n-th change to the file system."""
    left = [step]

    def counted(real: Any, name: str = "") -> Any:
        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            if Path(path).name.startswith(name):
                if left[0] == 0:
                    raise KeyboardInterrupt
                left[0] -= 1
            return real(path, *arguments, **options)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", counted(os.link))
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink, "EXP-"))
        assert run_cli("fix", cwd=repo.root).code == 130


def test_what_was_changed_since_the_crash_is_left(merged: Any, run_cli: Any) -> None:
    merged.git("merge", "-q", "--no-edit", "origin/main")
    folder = merged.root / ".git" / "expdocs"
    folder.mkdir(exist_ok=True)
    name = hashlib.sha256(os.fsencode(merged.root)).hexdigest()[:12]
    one = {"path": OTHER, "new_path": OTHER, "old": "x", "new": "y", "what": ["z"]}
    merged.write({f".git/expdocs/fix-{name}.json": json.dumps([one])})
    before = (merged.root / OTHER).read_text()
    ran = run_cli("fix", OTHER, cwd=merged.root)
    assert ran.err == f"left by an interrupted fix: {OTHER} was changed meanwhile\n"
    assert (merged.root / OTHER).read_text() == before
