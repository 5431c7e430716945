"""``expdocs cite``: which links it finds, in which order, and what it writes where."""

from __future__ import annotations

import json

import pytest

FIRST = "EXP-2026-11-20-417"
SECOND = "EXP-2026-11-20-500"


def links(done) -> list[str]:
    """Return the links that were printed, without numbers and descriptions."""
    return [line.split("[", 1)[1].split(")")[0] for line in done.out.splitlines() if "](" in line]


@pytest.mark.parametrize(
    ("words", "link"),
    [
        (["0.7912"], "[0.7912](run:weights#val_f1)"),
        (["79.12 %"], "[79.12 %](run:weights#val_f1)"),
        (["0.8138"], "[0.8138](mean:seeds#val_f1)"),
        (["0.00198"], "[0.00198](sd:seeds#val_f1)"),
        (["+0.0212"], "[+0.0212](delta:weights..smote-1#val_f1)"),
        (["-0.0212"], "[-0.0212](delta:smote-1..weights#val_f1)"),
        (["+2.12 pp"], "[+2.12 pp](delta:weights..smote-1#val_f1)"),
        (["+0.0226"], "[+0.0226](delta:weights..seeds#val_f1)"),
        (["2", "seeds"], "[2](count:seeds)"),
        (["weights", "val_f1"], "[0.791](run:weights#val_f1)"),
        (["smote-2", "seed"], "[3](run:smote-2#params.seed)"),
        (["mean"], "[0.814](mean:seeds#val_f1)"),
        (["0.8", "weights"], "[0.791](run:weights#val_f1)"),
    ],
)
def test_the_likeliest_comes_first(words, link, checked_repo, run_cli) -> None:
    done = run_cli("cite", FIRST, *words, cwd=checked_repo.root)
    assert done.code == 0, done.err
    assert f"[{links(done)[0]})" == link


def test_the_greatest_value_of_a_run_is_one_line(seeded, run_cli) -> None:
    done = run_cli("cite", SECOND, "0.84", cwd=seeded.root)
    assert done.out == "[0.84](run:c2#val_f1@max)  val_f1 of c2, greatest value: 0.84\n"


def test_what_it_prints_is_what_the_check_accepts(seeded, run_cli) -> None:
    done = run_cli("cite", SECOND, "--json", cwd=seeded.root)
    listed = [one["link"] for one in json.loads(done.out)["candidates"]]
    assert len(listed) == 20
    seeded.say(" and ".join(listed))
    found = run_cli("check", "--format", "json", "--select", "CLM1", cwd=seeded.root).findings()
    assert found == []


def test_sweeps_and_groups_have_links(seeded, run_cli) -> None:
    done = run_cli("cite", SECOND, "best", "sweep", "val_f1", cwd=seeded.root)
    assert links(done) == ["0.650](run:search#val_f1@max", "0.550](run:search#val_f1@min"]
    done = run_cli("cite", SECOND, "2.5", cwd=seeded.root)
    assert links(done) == ["2.5](mean:search#loss"]
    done = run_cli("cite", SECOND, "greatest", "average", "cand", cwd=seeded.root)
    assert links(done) == ["0.820](mean:cand#val_f1@max"]


def test_values_of_linked_records_come_after_its_own(seeded, run_cli) -> None:
    assert run_cli("cite", SECOND, "0.7912", cwd=seeded.root).code == 1
    link = "verdict: iterate\nlinks: [{type: follows, target: EXP-2026-11-20-417}]\n"
    seeded.change("verdict: iterate\n", link)
    done = run_cli("cite", SECOND, "0.7912", cwd=seeded.root)
    assert links(done)[0] == f"0.7912](run:{FIRST}/weights#val_f1"
    done = run_cli("cite", SECOND, "0.81", cwd=seeded.root)
    assert links(done)[0] == "0.81](run:c2#val_f1"
    assert any(FIRST in link for link in links(done)[1:])


def test_json_names_what_was_found(checked_repo, run_cli) -> None:
    done = run_cli("cite", FIRST, "0.7912", "--json", cwd=checked_repo.root)
    found = json.loads(done.out)
    assert found["candidates"][0] == {
        "link": "[0.7912](run:weights#val_f1)",
        "reference": "run:weights#val_f1",
        "shown": "0.7912",
        "value": "0.7912",
        "description": "val_f1 of weights, last value",
    }
    assert (found["version"], found["left_off"], found["inserted"]) == (1, 0, False)


# --- writing


def line_of(repo, text: str) -> int:
    """Return the number of the line on which a text stands."""
    return next(n for n, line in enumerate(repo.text.splitlines(), 1) if text in line)


def insert(repo, run_cli, said: str, *arguments: str, at: str = ""):
    """Put a text into the record and cite there; returns the run and the line as it is then."""
    repo.write({repo.record: repo.text.replace("More seeds.", said)})
    line = line_of(repo, said.splitlines()[0])
    done = run_cli("cite", FIRST, *arguments, "--insert", f"{line}{at}", cwd=repo.root)
    return done, repo.text.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("said", "at", "wanted"),
    [
        ("It got 0.7912, so 0.79123 is wrong.", "", "It got {}, so 0.79123 is wrong."),
        ("看 **0.7912**!", "", "看 **{}**!"),
        ("0.7912 and 0.7912", ":12", "0.7912 and {}"),
        ("0.7912 and 0.7912", ":17", "0.7912 and {}"),
        ("It is , as said.", ":7", "It is {}, as said."),
        ("- 0.7912", "", "- {}"),
        ("[0.7912](run:weights#val_f1) is 0.7912", "", "{} is {}"),
    ],
)
def test_the_number_on_the_line_becomes_the_link(said, at, wanted, checked_repo, run_cli) -> None:
    before = checked_repo.text
    done, line = insert(checked_repo, run_cli, said, "0.7912", at=at)
    assert done.code == 0, done.err
    assert line == wanted.replace("{}", "[0.7912](run:weights#val_f1)")
    assert checked_repo.text == before.replace("More seeds.", line)
    assert run_cli("check", "--select", "CLM1", cwd=checked_repo.root).code == 0


def test_words_alone_go_to_the_end_of_the_line(checked_repo, run_cli) -> None:
    words = ("val_f1", "weights", "--number", "1")
    done, line = insert(checked_repo, run_cli, "The baseline has  ", *words)
    assert (done.code, line) == (0, "The baseline has [0.791](run:weights#val_f1)  ")


def test_crlf_stays(checked_repo, run_cli) -> None:
    text = checked_repo.text.replace("More seeds.", "Got 0.7912").replace("\n", "\r\n")
    path = checked_repo.root / checked_repo.record
    path.write_bytes(text.encode())
    line = str(text.splitlines().index("Got 0.7912") + 1)
    done = run_cli("cite", FIRST, "0.7912", "--insert", line, cwd=checked_repo.root)
    assert done.code == 0, done.err
    wanted = text.replace("Got 0.7912", "Got [0.7912](run:weights#val_f1)")
    assert path.read_bytes() == wanted.encode()


def test_of_several_one_has_to_be_chosen(checked_repo, run_cli) -> None:
    done, line = insert(checked_repo, run_cli, "It got 0.81 there.", "0.81")
    assert (done.code, line) == (1, "It got 0.81 there.")
    assert "choose one: --number N" in done.err
    assert len(links(done)) > 1
    number = str(links(done).index("0.81](run:smote-1#val_f1") + 1)
    place = str(line_of(checked_repo, "It got 0.81"))
    arguments = ("cite", FIRST, "0.81", "--number", number, "--insert", place)
    assert run_cli(*arguments, cwd=checked_repo.root).code == 0
    assert "It got [0.81](run:smote-1#val_f1) there." in checked_repo.text


REFUSED = [
    ("It is 0.5 and no other.", "", "0.7912 does not stand on line"),
    ("0.7912 or 0.7912", "", "0.7912 stands 2 times"),
    ("In code: `0.7912`", "", "a citation cannot stand there"),
    ("<!-- 0.7912 -->", "", "a citation cannot stand there"),
    ("    0.7912", "", "a citation cannot stand there"),
    ("!0.7912", "", "a citation cannot stand there"),
    ("A [text 0.7912 here](page.md)", "", "0.7912 does not stand"),
    ("[0.7912](run:weights#val_f1)", ":5", "a citation cannot stand there"),
    ("Short.", ":40", "has 6 characters"),
]


@pytest.mark.parametrize(("said", "at", "message"), REFUSED)
def test_where_no_citation_can_stand_nothing_is_written(
    said, at, message, checked_repo, run_cli
) -> None:
    checked_repo.write({checked_repo.record: checked_repo.text.replace("More seeds.", said)})
    before = checked_repo.state()
    line = line_of(checked_repo, said)
    arguments = ("cite", FIRST, "0.7912", "--insert", f"{line}{at}")
    done = run_cli(*arguments, cwd=checked_repo.root)
    assert done.code in (1, 2)
    assert message in done.err
    assert "hint:" in done.err or at == ":40"
    assert checked_repo.state() == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["EXP-2026-11-20-999", "0.5"], 2, "no record has the id or path"),
        ([FIRST, "0.5"], 1, f"nothing that {FIRST} can cite is 0.5"),
        ([FIRST, "val_f2"], 1, "can cite is val_f2"),
        ([FIRST, "0.5", "0.6"], 2, "0.5 and 0.6 are two numbers"),
        ([FIRST, "0.7912", "--bogus"], 2, "no such option: --bogus"),
        ([FIRST, "0.7912", "--insert", "x"], 2, "'x' is no place"),
        ([FIRST, "0.7912", "--insert", "0"], 2, "'0' is no place"),
        ([FIRST, "0.7912", "--insert", "3"], 2, "belongs to the front matter"),
        ([FIRST, "0.7912", "--insert", "9999"], 2, "lines"),
        ([FIRST, "0.7912", "--number", "9"], 2, "--number 9: there is 1"),
    ],
)
def test_bad_input_is_one_message(arguments, code, message, checked_repo, run_cli) -> None:
    before = checked_repo.state()
    done = run_cli("cite", *arguments, cwd=checked_repo.root)
    assert done.code == code
    assert message in done.err
    assert "Traceback" not in done.err
    assert checked_repo.state() == before


def test_an_accepted_record_is_not_edited(checked_repo, run_cli) -> None:
    assert run_cli("accept", FIRST, "--by", "li", cwd=checked_repo.root).code == 0
    line = str(line_of(checked_repo, "More seeds."))
    before = checked_repo.state()
    done = run_cli("cite", FIRST, "0.7912", "--insert", line, cwd=checked_repo.root)
    assert (done.code, checked_repo.state()) == (1, before)
    assert "was accepted and is not edited" in done.err
    assert run_cli("cite", FIRST, "0.7912", cwd=checked_repo.root).code == 0


def test_a_run_without_evidence_is_named(checked_repo, run_cli) -> None:
    (checked_repo.root / checked_repo.snapshot("smote-1")).unlink()
    done = run_cli("cite", FIRST, "0.7912", cwd=checked_repo.root)
    assert done.code == 0
    assert f"without evidence: smote-1; run: expdocs evidence pull {FIRST}" in done.err
    done = run_cli("cite", FIRST, "0.8124", cwd=checked_repo.root)
    assert done.code == 1
    assert "without evidence: smote-1" in done.err


def test_outside_a_repository(tmp_path, run_cli) -> None:
    done = run_cli("cite", FIRST, "0.5", cwd=tmp_path)
    assert done.code in (2, 3)
    assert "Traceback" not in done.err
