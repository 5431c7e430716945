"""expdocs synth: pages made, left alone, brought up to date, refused, checked and reviewed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from expdocs.errors import CannotRun, UsageError
from expdocs.evidence.snapshots import decode_run, encode_run, run_path
from expdocs.narrative import make
from expdocs.narrative.claims import Claim, Claims, SectionClaims
from expdocs.narrative.claimsfile import claims_bytes, read_claims
from expdocs.narrative.make import Job, claims_path, make_page
from expdocs.narrative.page import Prepared, Request, Sources
from expdocs.narrative.pagefile import block_digest, body_digest, read_page
from expdocs.narrative.pagetext import page_text
from expdocs.narrative.writers import Writer, Written
from expdocs.workspace import Workspace
from tests.analytics.conftest import run_id
from tests.narrative.journal import DECISION, FILES, SMOTE, TREES

RECORD = f"journal/experiments/2026/{SMOTE}.md"
OVERVIEW = "journal/synthesis/overview-churn.md"


class Journal(NamedTuple):
    """A repository, and the program run in it."""

    repo: Any
    run: Any

    @property
    def root(self) -> Path:
        root: Path = self.repo.root
        return root

    def synth(self, *arguments: str) -> Any:
        return self.run("synth", *arguments, cwd=self.root)

    def made(self, *arguments: str) -> dict[str, str]:
        """What became of each page."""
        done = self.synth("--json", *arguments)
        assert (done.code, done.err) == (0, "")
        return {one["path"]: one["how"] for one in json.loads(done.out)["pages"]}

    def text(self, path: str = OVERVIEW) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        text = self.text(path)
        assert old in text
        self.repo.write({path: text.replace(old, new)})

    def syn(self) -> list[str]:
        done = self.run("check", "--format", "json", "--select", "SYN", cwd=self.root)
        return [finding["rule"] for finding in done.findings()]


@pytest.fixture
def journal(repo, run_cli) -> Journal:
    return Journal(repo(FILES), run_cli)


@pytest.fixture
def written(journal) -> Journal:
    assert journal.made("--kind", "overview", "--project", "churn") == {OVERVIEW: "written"}
    return journal


# --- making pages


def test_a_page_and_its_claims_are_written_and_named(journal) -> None:
    done = journal.synth("--kind", "overview", "--project", "churn")
    claims = claims_path(OVERVIEW)
    assert done.out == f"wrote {OVERVIEW} (new)\ngit add {OVERVIEW} {claims}\n"
    page = read_page(OVERVIEW, (journal.root / OVERVIEW).read_bytes())
    assert page.provenance.request == Request("overview", project="churn")
    assert page.provenance.provider == "offline"
    assert read_claims((journal.root / claims).read_bytes()).sections
    assert journal.syn() == ["SYN301"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("--kind", "dropped"), "dropped"),
        (("--kind", "phase", "--tag", "tabular"), "phase-tabular"),
        (("--kind", "overview", "--approach", "smote"), "overview-smote"),
        (("--kind", "phase", "--since", "2026-11-01", "--until", "2026-11-12"),
         "phase-2026-11-01-2026-11-12"),
        (("--kind", "exhausted", "--language", "zh", "lines"), "lines"),
        (("--kind", "exhausted", "2026/lines.md"), "2026/lines"),
        (("--kind", "overview", "--project", "../../etc"), "overview-etc"),
    ],
)  # fmt: skip
def test_a_page_is_called_what_it_is_about_or_as_somebody_says(journal, arguments, name) -> None:
    assert journal.made(*arguments) == {f"journal/synthesis/{name}.md": "written"}
    assert journal.syn() == ["SYN301"]


def test_nothing_changed_so_nothing_is_written(written) -> None:
    before = written.repo.state()
    assert written.made() == {OVERVIEW: "unchanged"}
    assert written.made("overview-churn") == {OVERVIEW: "unchanged"}
    assert written.made(OVERVIEW) == {OVERVIEW: "unchanged"}
    assert written.repo.state() == before


def test_the_same_inputs_give_the_same_bytes(written) -> None:
    text, claims = written.text(), written.text(claims_path(OVERVIEW))
    (written.root / OVERVIEW).unlink()
    written.made("--kind", "overview", "--project", "churn")
    assert (written.text(), written.text(claims_path(OVERVIEW))) == (text, claims)


def test_without_arguments_every_page_is_brought_up_to_date(written) -> None:
    written.made("--kind", "dropped", "--project", "other")
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    assert written.made() == {
        "journal/synthesis/dropped-other.md": "unchanged",
        OVERVIEW: "written",
    }
    assert "changed" not in written.synth("--check").out


def test_there_may_be_no_page_yet(journal) -> None:
    done = journal.synth()
    assert (done.code, done.out) == (0, "")
    assert done.err == "there is no page in journal/synthesis yet: make one with --kind\n"


def test_the_reason_of_a_new_page_is_what_changed(written) -> None:
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    assert f"(changed: {SMOTE})" in written.synth().out
    new = "EXP-2026-11-09-900"
    copy = written.text(RECORD).replace(SMOTE, new)
    written.repo.write({RECORD.replace(SMOTE, new): copy})
    assert f"(new: {new}; other values)" in written.synth().out
    (written.root / RECORD.replace(SMOTE, new)).unlink()
    assert f"(gone: {new}; other values)" in written.synth().out


def test_a_changed_value_of_a_run_is_a_change(written) -> None:
    path = f"journal/evidence/{run_path(run_id(f'{SMOTE}/smote/1'))}"
    run = decode_run(FILES[path])
    points = run.metrics["val_f1"]
    value = points.last._replace(value=0.94)
    metric = points._replace(first=value, last=value, minimum=value, maximum=value)
    written.repo.write({path: encode_run(run._replace(metrics={"val_f1": metric}))})
    assert written.syn() == ["SYN201"]
    assert "(other values)" in written.synth().out
    assert "[0.870](mean:" in written.text()


# --- the renderer alone changed


def test_another_renderer_renders_the_claims_again(written, monkeypatch) -> None:
    monkeypatch.setattr(make, "VERSION", "2")
    before = written.text(claims_path(OVERVIEW))
    assert written.made() == {OVERVIEW: "rendered"}
    assert 'renderer: "2"' in written.text()
    assert written.text(claims_path(OVERVIEW)) == before
    assert written.made() == {OVERVIEW: "unchanged"}


# --- what people wrote


def test_own_sections_survive(written) -> None:
    text = written.text()
    own = "## Ours\n\nWe like it.\n\n<!-- expdocs:best -->"
    written.repo.write({OVERVIEW: text.replace("<!-- expdocs:best -->", own) + "\nThe end.\n"})
    assert written.made() == {OVERVIEW: "unchanged"}
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    written.made()
    assert "/expdocs:decided -->\n\n## Ours\n\nWe like it.\n\n<!-- expdocs:best" in written.text()
    assert written.text().endswith("\n\nThe end.\n")
    assert written.syn() == ["SYN301"]


def test_an_edit_of_generated_text_is_never_overwritten(written) -> None:
    written.change(OVERVIEW, "No more trees.", "More trees.")
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    before = written.repo.state()
    done = written.synth()
    assert (done.code, done.out) == (1, "")
    assert "was edited inside of generated blocks: decided" in done.err
    assert "--keep-edits" in done.err
    assert written.repo.state() == before
    assert written.made("--keep-edits") == {OVERVIEW: "written"}
    assert written.text().count("More trees.") == 1
    assert "No more trees." in written.text()
    assert written.syn() == ["SYN301"]


def test_one_page_that_cannot_be_made_does_not_keep_the_others_from_it(written) -> None:
    written.made("--kind", "dropped")
    written.change(OVERVIEW, "No more trees.", "More trees.")
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    done = written.synth()
    assert done.code == 1
    assert done.out.startswith("wrote journal/synthesis/dropped.md (changed: ")
    assert "overview-churn.md was edited" in done.err


# --- check, dry run, review


def test_check_says_how_each_page_stands(written) -> None:
    written.made("--kind", "dropped", "--project", "other")
    good = written.synth("--check")
    fresh = ["fresh journal/synthesis/dropped-other.md", f"fresh {OVERVIEW}"]
    assert (good.code, good.out.splitlines()) == (0, fresh)
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    written.change(OVERVIEW, "No more trees.", "More trees.")
    bad = written.synth("--check")
    assert bad.code == 1
    assert bad.out.splitlines()[1:] == [
        f"stale {OVERVIEW}: changed: {SMOTE}",
        f"edited {OVERVIEW}: generated text was edited: decided",
    ]
    assert written.synth("--check", "dropped-other").code == 0


def test_a_dry_run_prints_the_claims_and_writes_nothing(journal) -> None:
    before = journal.repo.state()
    done = journal.synth("--kind", "overview", "--dry-run")
    assert done.code == 0
    assert read_claims(done.out.encode()).sections
    assert journal.repo.state() == before


def test_check_for_programs(written) -> None:
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    done = written.synth("--check", "--json")
    assert done.code == 1
    assert json.loads(done.out) == {
        "version": 1,
        "pages": [
            {"path": OVERVIEW, "stale": f"changed: {SMOTE}", "edited": "", "unsupported": []}
        ],
    }


def test_a_dry_run_of_a_fresh_page_says_that_nobody_would_be_asked(written) -> None:
    done = written.synth("--dry-run")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"{OVERVIEW}: its claims are fresh, so that nobody would be asked\n"


def test_a_review_is_by_somebody_and_for_one_text(written) -> None:
    done = written.synth("--review", "overview-churn", "--by", "Li Wen")
    assert (done.code, done.out.splitlines()[0]) == (0, f"{OVERVIEW} was reviewed by li")
    assert written.syn() == []
    assert written.made() == {OVERVIEW: "unchanged"}
    written.change(RECORD, "Oversampling helps", "Oversampling hurts")
    written.change(f"decisions/{DECISION}.md", "No more trees.", "No trees any more.")
    assert written.syn() == ["SYN201"]
    written.made()
    assert written.syn() == ["SYN301"]


def test_a_page_that_does_not_hold_is_not_reviewed(written) -> None:
    written.change(RECORD, "It costs an hour.", "It costs a day.")
    before = written.repo.state()
    done = written.synth("--review", "overview-churn", "--by", "li")
    assert (done.code, done.out) == (1, "")
    assert f"not what would be written today: changed: {SMOTE}" in done.err
    assert written.repo.state() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--project", "churn"), "say what to make"),
        (("--kind", "overview", "one", "two"), "--kind makes one page"),
        (("--kind", "overview", "--since", "yesterday"), "'yesterday' is no date"),
        (("--kind", "overview", "--project", "churn", "../x"), "'../x' is no name of a page"),
        (("--kind", "overview", "a b"), "'a b' is no name of a page"),
        (("nothing",), "there is no page journal/synthesis/nothing.md"),
        (("--review", "nothing", "--by", "li"), "there is no page journal/synthesis/nothing.md"),
        (("--review", "nothing"), "nobody is named"),
        (("--kind", "epic"), "'epic' is not one of"),
        (("--kind", "overview", "--language", "../en"), "'../en' is no tag of a language"),
        (("--kind", "overview", "--provider", "nobody"), "'nobody' is not one of"),
    ],
)
def test_usage(journal, arguments, said) -> None:
    before = journal.repo.state()
    done = journal.synth(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert journal.repo.state() == before


def test_a_page_that_cannot_be_read_is_refused(written) -> None:
    written.change(OVERVIEW, "kind: synthesis", "kind: other")
    done = written.synth()
    assert (done.code, done.out) == (1, "")
    assert f"{OVERVIEW}:2:" in done.err


def test_a_link_out_of_the_repository_is_not_followed(journal, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (journal.root / "journal/synthesis").symlink_to(outside)
    done = journal.synth("--kind", "overview")
    assert done.code != 0
    assert "symbolic link" in done.err
    assert list(outside.iterdir()) == []


def test_a_folder_of_kinds_called_synthesis_is_refused(journal) -> None:
    journal.repo.write({"schemas/synthesis/kind.yaml": "version: 1\n"})
    done = journal.run("check", cwd=journal.root)
    assert done.code == 2
    assert "'synthesis' cannot be the name of a kind" in done.err


# --- other writers


class Answers:
    """A writer that answers with what it was given, one after the other."""

    def __init__(self, *answers: Claims) -> None:
        self.answers = list(answers)
        self.wrong: list[str] = []

    def write(self, prepared: Prepared) -> Written:
        return Written(self.answers.pop(0), "served-model", {"message": "m1"})

    def repair(self, prepared: Prepared, before: Written, wrong: Any) -> Written:
        self.wrong += wrong
        return Written(self.answers.pop(0), "served-model", {"message": "m2"})


def through(root: Path, answers: Answers) -> make.Made:
    workspace = Workspace.open(root)
    writer = Writer("other", {"model": "asked-model"}, answers.write, answers.repair)
    with workspace.context() as context:
        sources = Sources(context.settings, context.corpus, context.facts, context.commits)
        request = Request("overview", project="churn")
        return make_page(sources, Job(OVERVIEW, request, writer, workspace.place))


def offline_claims(journal: Journal) -> Claims:
    journal.made("--kind", "overview", "--project", "churn")
    claims = read_claims((journal.root / claims_path(OVERVIEW)).read_bytes())
    (journal.root / OVERVIEW).unlink()
    (journal.root / claims_path(OVERVIEW)).unlink()
    return claims


BAD = Claims((SectionClaims("decided", (Claim("fact", "It is 0.99.", (TREES,)),)),))


def test_a_model_has_one_attempt_to_repair_and_is_told_what_is_wrong(journal) -> None:
    answers = Answers(BAD, offline_claims(journal))
    assert through(journal.root, answers).how == "written"
    assert any("digit" in fault for fault in answers.wrong)
    page = read_page(OVERVIEW, (journal.root / OVERVIEW).read_bytes())
    assert page.provenance.model == "served-model"
    assert page.provenance.details == {"message": "m2"}
    assert "Written by the model served-model" in journal.text()
    assert journal.syn() == ["SYN301"]
    assert answers.answers == []


def test_a_model_is_not_asked_for_a_language_that_nobody_could_check(journal) -> None:
    workspace = Workspace.open(journal.root)
    answers = Answers(BAD)
    writer = Writer("other", {}, answers.write, answers.repair)
    request = Request("overview", language="tlh")
    with workspace.context() as context:
        sources = Sources(context.settings, context.corpus, context.facts, context.commits)
        with pytest.raises(UsageError, match="no lists of words for the language 'tlh'"):
            make_page(sources, Job(OVERVIEW, request, writer, workspace.place))
    assert answers.answers == [BAD]


def test_what_does_not_hold_twice_leaves_the_old_page(journal) -> None:
    good = offline_claims(journal)
    through(journal.root, Answers(good))
    journal.change(RECORD, "It costs an hour.", "It costs a day.")
    before = journal.repo.state()
    with pytest.raises(CannotRun, match="does not hold"):
        through(journal.root, Answers(BAD, BAD))
    assert journal.repo.state() == before


def test_a_fresh_page_asks_no_writer(journal) -> None:
    through(journal.root, Answers(offline_claims(journal)))
    assert through(journal.root, Answers()).how == "unchanged"


def test_both_files_are_written_or_none(journal, monkeypatch) -> None:
    good = offline_claims(journal)
    through(journal.root, Answers(good))
    journal.change(RECORD, "It costs an hour.", "It costs a day.")
    before = journal.repo.state()
    real = make.write_bytes

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".md":
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(make, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        through(journal.root, Answers(good))
    assert journal.repo.state() == before


def test_a_crash_between_the_two_files_is_seen_and_mended(written) -> None:
    claims = read_claims((written.root / claims_path(OVERVIEW)).read_bytes())
    newer = claims._replace(sections=claims.sections[:1])
    (written.root / claims_path(OVERVIEW)).write_bytes(claims_bytes(newer))
    assert written.syn() == ["SYN202"]
    assert written.made() == {OVERVIEW: "written"}
    assert written.syn() == ["SYN301"]


# --- forged together with its digests


def forge(journal: Journal, path: str, old: str, new: str) -> None:
    """Change generated text, and every digest of it."""
    page = read_page(path, (journal.root / path).read_bytes())
    blocks = [(name, text.replace(old, new)) for name, text in page.generated.items()]
    assert blocks != list(page.generated.items())
    forged = page.provenance._replace(
        blocks={name: block_digest(text) for name, text in blocks},
        body_sha256=body_digest(blocks),
    )
    journal.repo.write({path: page_text(forged, blocks, page)})


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("overview", "0.820", "0.920"),
        ("overview", "A draft for a human", "Audited"),
        ("phase", "is better", "is worse"),
        ("comparisons", "A draft for a human", "Audited"),
        ("comparisons", "## ", "## Proven: "),
    ],
)
def test_text_that_its_claims_do_not_give_is_an_edit(journal, kind, old, new) -> None:
    journal.made("--kind", kind, "--project", "churn")
    path = f"journal/synthesis/{kind}-churn.md"
    assert journal.syn() == ["SYN301"]
    forge(journal, path, old, new)
    assert journal.syn() == ["SYN202"]


@pytest.mark.parametrize("relative", [True, False])
def test_a_page_brings_no_sentences_of_its_own(journal, relative) -> None:
    journal.made("--kind", "overview", "--project", "churn")
    folder = str(journal.root / "words")
    if relative:
        folder = os.path.relpath(folder, Path(make.__file__).with_name("languages"))
    sentences = "[sentences]\ndraft = '**Audited.**'\n"
    journal.repo.write({"words/render.toml": sentences, "words/overview.toml": sentences})
    journal.change(OVERVIEW, "language: en", f"language: {json.dumps(folder)}")
    page = read_page(OVERVIEW, (journal.root / OVERVIEW).read_bytes())
    assert "Audited" not in journal.text()
    journal.made()
    assert "Audited" not in journal.text()
    assert page.provenance.request.language == folder
