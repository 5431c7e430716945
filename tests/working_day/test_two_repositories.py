"""Code and data in one repository, the records in another beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.working_day.days import Day

DATA = "md5:5afc23b9622f8f9ffa60824f4e97d0d5"
TRACKED = {
    "data.csv.dvc": f"outs:\n- md5: {DATA[4:]}\n  hash: md5\n  path: data.csv\n",
    ".gitignore": "/data.csv\n",
}
SETTINGS = """\
project = "churn"
[people.ana]
name = "Ana"
emails = ["ana@example.org"]
[repositories]
code = "../code"
"""


class Two:
    """A day in ``code``, told of in ``notes``."""

    def __init__(self, day: Day) -> None:
        self.code = Day(day.root.parent / "code", day.run_cli).begin()
        self.code.write(TRACKED)
        self.sha = self.code.commit("data")
        run = self.code.train()
        self.notes = day.begin({"expdocs.toml": SETTINGS})
        path = self.notes.record(run)
        lines = [line for line in path.read_text().splitlines() if not line.startswith("data:")]
        place = next(i for i, line in enumerate(lines) if line.startswith("commit:"))
        entry = f"  - {{path: code@data.csv, hash: {DATA}}}"
        lines[place : place + 1] = [f"commit: code@{self.sha}", "data:", entry]
        self.path = path
        path.write_text("\n".join(lines) + "\n")

    def cite(self, target: str) -> None:
        text = self.path.read_text()
        link = f"See [it]({target}).\n"
        self.path.write_text(text.replace("## Observations\n", f"## Observations\n\n{link}", 1))


@pytest.fixture
def two(day: Day) -> Two:
    return Two(day)


VERIFIED = {
    ("code", ""): "verified",
    ("data", "code@data.csv"): "verified",
    ("parameters", "train/rate"): "verified",
    ("run", ""): "verified",
}


def test_what_lies_in_a_folder_beside_is_verified_and_a_check_remembers_rightly(two: Two) -> None:
    assert two.notes.verdicts() == VERIFIED
    assert two.notes.check("--strict") == (0, [])
    assert two.notes.check("--strict") == (0, [])
    away = two.code.root.rename(two.code.root.with_name("away"))
    assert two.notes.verdicts()["code", ""] == "unreachable"
    assert two.notes.check() == (0, ["EVD204", "EVD214"])
    assert "the repository 'code' is not cloned here" in two.notes.messages()
    assert "name a folder with a clone of it" in two.notes.messages()
    away.rename(two.code.root)
    assert two.notes.check("--strict") == (0, [])


def test_other_code_and_data_than_the_neighbour_has(two: Two, tmp_path: Path) -> None:
    two.code.write({"src/model.py": "RATE = 0.9\n"})
    other = two.code.commit("other code")
    two.path.write_text(two.path.read_text().replace(two.sha, other))
    assert two.notes.verdicts()["code", ""] == "contradicted"
    assert two.notes.check() == (1, ["EVD203"])
    assert "src/model.py" in two.notes.messages()
    two.path.write_text(two.path.read_text().replace(other, "1" * 40))
    assert two.notes.verdicts()["code", ""] == "unreachable"
    assert two.notes.check()[0] == 0
    two.path.write_text(two.path.read_text().replace("1" * 40, two.sha).replace("5afc", "6afc"))
    assert two.notes.check() == (1, ["EVD212"])


def test_a_commit_that_comes_with_a_fetch_is_not_missed(two: Two) -> None:
    behind = two.code.root.with_name("behind")
    two.code.git("clone", "-q", str(two.code.root), str(behind))
    two.code.write({"docs/guide.md": "a guide\n"})
    later = two.code.commit("later")
    two.notes.write({"expdocs.toml": SETTINGS.replace("../code", "../behind")})
    two.path.write_text(two.path.read_text().replace(two.sha, later))
    assert two.notes.check() == (0, ["EVD204", "EVD214"])
    assert "the commit is not in this clone" in two.notes.messages()
    two.code.run("git", "fetch", "-q", folder=behind)
    assert two.notes.check() == (0, ["EVD204"])
    assert "the sources are as they ran" in two.notes.messages()


def test_an_address_is_not_fetched(two: Two) -> None:
    for address in ("https://example.org/code.git", "git@example.org:team/code.git"):
        two.notes.write({"expdocs.toml": SETTINGS.replace("../code", address)})
        assert two.notes.verdicts()["code", ""] == "unreachable"
        assert "the repository 'code' is named by an address" in two.notes.messages()
        assert two.notes.check()[0] == 0


@pytest.mark.parametrize("folder", ["../nowhere", "../tracker.db", "journal", ".", "\u0000"])
def test_a_folder_that_is_no_clone_reads_as_unreachable(two: Two, folder: str) -> None:
    written = folder.replace("\u0000", "\\u0000")
    two.notes.write({"expdocs.toml": SETTINGS.replace("../code", written)})
    code, rules = two.notes.check()
    assert (code, set(rules)) == (0, {"EVD204", "EVD214"})


def test_links_lead_into_the_neighbour(two: Two) -> None:
    two.cite(f"git:code@{two.sha}:train.py")
    two.cite(f"dvc:code@data.csv@{two.sha}")
    two.cite(f"git:code@{'1' * 40}:train.py")
    assert two.notes.check() == (0, [])
    two.cite(f"git:code@{two.sha}:gone.py")
    assert two.notes.check()[1] == ["CLM108"]
    assert f"commit {two.sha[:12]} has no file gone.py" in two.notes.messages()
    two.cite(f"dvc:code@gone.csv@{two.sha}")
    assert two.notes.check()[1] == ["CLM108", "CLM108"]
