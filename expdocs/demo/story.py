"""The story that the demo's history tells: who trained, found, decided and merged what, and when.

Five weeks of two small projects. Branches overlap as they do in a team; one is squashed, so that
only tags keep the commits that its runs came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from expdocs.demo.pages import review_page, write_pages
from expdocs.demo.records import Writer
from expdocs.demo.repository import PROJECT, DemoRepository, Member, Moment

ANA = Member("ana", "Ana Costa", "ana@example.org")
LI = Member("li", "Li Wen", "li@example.org")
MEI = Member("mei", "Mei Zhang", "mei@example.org")
TOMAS = Member("tomas", "Tomas Novak", "tomas@example.org")
TEAM = (ANA, LI, MEI, TOMAS)
IGNORED = ("__pycache__/", ".dvc-remote/")

Progress = Callable[[str], None]


class Demo:
    """The repository in the making and what has been written into it."""

    def __init__(self, root: Path, seed: int, progress: Progress) -> None:
        self.root = root
        self.seed = seed
        self.progress = progress
        self.repository = DemoRepository(root)
        self.writer = Writer(root, seed)

    def change(self, step: str, who: Member, at: str, message: str) -> str:
        """Change the code by a step and commit it under the step's name without its number."""
        self.repository.apply(step)
        sha = self.repository.commit(message, _moment(who, at))
        self.writer.commits[step.partition("-")[2]] = sha
        return sha

    def train(self, who: Member, script: str, *options: str) -> None:
        """Run a training script."""
        self.repository.python(f"src/{script}.py", "--seed", str(self.seed), *options, who=who)

    def write(self, key: str, who: Member, at: str, status: str = "proposed") -> None:
        """Write a record and commit it, past the hook that checks it."""
        self.progress(f"writing {key}")
        record_id = self.writer.write(key, status)
        self.repository.commit(f"Record {record_id}", _moment(who, at), hooks=True)

    def accept(self, key: str, who: Member, at: str) -> None:
        """Accept a record and commit that."""
        self.writer.accept(key, who.id, f"{at}:00+00:00")
        self.repository.commit(f"Accept {key.replace('-', ' ')}", _moment(who, at), hooks=True)


def tell(demo: Demo) -> None:
    """Make the whole history."""
    for chapter in (_beginning, _baseline, _trees, _metric, _digits, _tuning, _squashed, _open):
        chapter(demo)
    _summarised(demo)


def _moment(who: Member, at: str) -> Moment:
    return Moment(who, f"{at}:00+00:00")


def _beginning(demo: Demo) -> None:
    """An empty repository, the data, and the compact that everything starts from."""
    demo.progress("starting the repository and exporting the data")
    repository = demo.repository
    repository.git("init", "-q", "-b", "main")
    repository.git("config", "core.hooksPath", "hooks")
    _set_up(demo)
    repository.apply("1-start")
    parameters = demo.root / "params.yaml"
    parameters.write_text(parameters.read_text().replace("@seed@", str(demo.seed)))
    repository.dvc("init")
    repository.dvc("remote", "add", "-d", "store", ".dvc-remote")
    repository.python("src/export_data.py")
    repository.dvc("add", "data/screening.csv", "data/digits")
    repository.commit("Start the repository and export the data", _moment(ANA, "2026-09-01T08:30"))
    repository.dvc("push")
    repository.branch("screening-compact")
    demo.write("compact", ANA, "2026-09-02T09:10")
    repository.merge("screening-compact", _moment(ANA, "2026-09-03T07:45"))
    demo.accept("compact", LI, "2026-09-03T13:20")


def _set_up(demo: Demo) -> None:
    (demo.root / ".gitignore").write_text("".join(f"{line}\n" for line in IGNORED))
    demo.repository.python("-m", "expdocs", "init", "--git-hooks")
    site = demo.root / "mkdocs.yml"
    named = re.sub("^site_name: .*", "site_name: Screening and digits", site.read_text("utf-8"))
    site.write_text(named, encoding="utf-8")
    settings = demo.root / "expdocs.toml"
    people = "".join(
        f'\n[people.{one.id}]\nname = "{one.name}"\nemails = ["{one.email}"]\n' for one in TEAM
    )
    settings.write_text(settings.read_text(encoding="utf-8") + people, encoding="utf-8")


def _baseline(demo: Demo) -> None:
    """The simplest two models, and the first one served."""
    demo.progress("training the baselines")
    demo.repository.branch("screening-baseline")
    demo.change("2-baseline", ANA, "2026-09-07T09:00", "Train and judge two simple models")
    demo.train(ANA, "screening", "--model", "single")
    demo.train(ANA, "screening", "--model", "logistic", "--seeds", "5")
    demo.write("baseline", ANA, "2026-09-08T15:40")
    demo.repository.merge("screening-baseline", _moment(TOMAS, "2026-09-08T16:30"))
    demo.accept("baseline", TOMAS, "2026-09-09T08:00")
    demo.write("serve-usual", TOMAS, "2026-09-09T10:15")
    demo.accept("serve-usual", LI, "2026-09-09T14:00")


def _trees(demo: Demo) -> None:
    """Two branches side by side: the forest, which is dropped, and boosting, which is explored."""
    demo.progress("training the random forest")
    demo.repository.branch("random-forest")
    demo.change("3-forest", LI, "2026-09-10T09:30", "Try a random forest")
    demo.train(LI, "screening", "--model", "forest", "--seeds", "5")
    demo.write("forest", LI, "2026-09-11T16:10")
    demo.progress("exploring gradient boosting")
    demo.repository.branch("boosting")
    demo.change("4-boosting", TOMAS, "2026-09-11T10:20", "Watch boosting step by step")
    for name, rate in (("slow", "0.1"), ("fast", "1.0")):
        options = ("--model", "boosting", "--name", f"boosting-{name}", "--set", f"rate={rate}")
        demo.train(TOMAS, "screening", *options)
    demo.write("boosting", TOMAS, "2026-09-14T11:00")
    demo.repository.merge("random-forest", _moment(LI, "2026-09-14T12:30"))
    demo.repository.merge("boosting", _moment(TOMAS, "2026-09-14T14:05"))
    demo.accept("forest", ANA, "2026-09-14T15:00")
    demo.accept("boosting", LI, "2026-09-15T08:20")
    demo.write("stop-forest", LI, "2026-09-15T10:00")
    demo.accept("stop-forest", ANA, "2026-09-15T16:45")


def _metric(demo: Demo) -> None:
    """Another primary metric, because the first one hid the expensive mistake."""
    demo.write("recall-metric", ANA, "2026-09-17T09:30")
    demo.accept("recall-metric", LI, "2026-09-17T13:10")


def _digits(demo: Demo) -> None:
    """The second project begins with a leak; the data are split anew, the record deprecated."""
    demo.progress("training the first readers of digits")
    repository = demo.repository
    repository.branch("digits-neighbours")
    demo.change("6-digits", MEI, "2026-09-18T09:00", "Read digits with two simple models")
    demo.train(MEI, "digits", "--model", "linear", "neighbours")
    demo.write("neighbours", MEI, "2026-09-18T15:30")
    repository.merge("digits-neighbours", _moment(MEI, "2026-09-21T08:00"))
    demo.accept("neighbours", TOMAS, "2026-09-21T10:40")
    demo.progress("splitting the digits anew")
    repository.branch("digits-split")
    repository.apply("7-split")
    repository.python("src/export_data.py")
    repository.dvc("add", "data/digits")
    sha = repository.commit("Draw the test images first", _moment(TOMAS, "2026-09-23T11:30"))
    demo.writer.commits["split"] = sha
    repository.dvc("push")
    demo.write("split-data", TOMAS, "2026-09-24T09:15")
    repository.merge("digits-split", _moment(TOMAS, "2026-09-24T10:00"))
    demo.accept("split-data", MEI, "2026-09-24T13:30")
    demo.writer.set_status("neighbours", "deprecated")
    said = "Deprecate the results on the leaking split"
    repository.commit(said, _moment(MEI, "2026-09-24T13:45"), hooks=True)


def _tuning(demo: Demo) -> None:
    """A sweep that finds little, a threshold that finds much, and the model that is promoted."""
    demo.progress("searching the strength of regularisation")
    repository = demo.repository
    repository.branch("regularisation")
    demo.change("5-sweep", LI, "2026-09-25T09:05", "Search the strength of regularisation")
    # The seed of the first repeated run, so that the strength in use meets the same folds.
    repository.python("src/sweep.py", "--seed", str(demo.seed * 100 + 1), who=LI)
    demo.write("sweep", LI, "2026-09-25T14:20")
    repository.merge("regularisation", _moment(LI, "2026-09-25T15:00"))
    demo.accept("sweep", ANA, "2026-09-28T08:10")
    demo.progress("training with a lower threshold")
    repository.branch("lower-threshold")
    demo.writer.commits["threshold"] = repository.git("rev-parse", "HEAD")
    options = ("--model", "logistic", "--threshold", "0.2")
    demo.train(ANA, "screening", *options, "--name", "threshold", "--seeds", "5")
    demo.train(ANA, "screening", *options, "--name", "final", "--test")
    demo.write("threshold", ANA, "2026-09-28T16:00")
    repository.merge("lower-threshold", _moment(ANA, "2026-09-29T09:00"))
    demo.accept("threshold", LI, "2026-09-29T14:30")
    demo.write("promote", ANA, "2026-09-30T09:40")
    demo.accept("promote", LI, "2026-09-30T15:15")


def _squashed(demo: Demo) -> None:
    """A branch that becomes one commit: its own commits, which ran, are kept by their tags."""
    demo.progress("training on moved digits")
    demo.repository.branch("shift-augmentation")
    demo.change("8-shift", MEI, "2026-10-05T09:20", "Judge readers on moved images")
    demo.train(MEI, "digits", "--model", "machine")
    demo.change("9-augment", MEI, "2026-10-05T13:50", "Learn from moved images")
    demo.train(MEI, "digits", "--model", "machine", "--augment", "--name", "augmented")
    demo.write("shift", MEI, "2026-10-06T10:30")
    said = "Read digits that are moved by a pixel (squashed)"
    demo.repository.squash("shift-augmentation", _moment(MEI, "2026-10-07T08:40"), said)
    demo.accept("shift", TOMAS, "2026-10-07T11:00")


def _open(demo: Demo) -> None:
    """What is not settled: a draft rejected, a proposal to be reviewed, and a notebook's draft."""
    # No run of the average exists, so the gates keep it from being proposed.
    demo.write("ensemble", TOMAS, "2026-10-08T10:00", status="draft")
    demo.writer.set_status("ensemble", "rejected")
    repository = demo.repository
    repository.commit("Reject the average", _moment(LI, "2026-10-09T09:30"), hooks=True)
    demo.progress("compressing digits")
    repository.branch("components")
    demo.change("10-components", LI, "2026-10-12T09:00", "Compress the pixels to components")
    sizes = ("--components", "0", "32", "16", "4")
    demo.train(LI, "digits", "--model", "machine", "--name", "pixels", *sizes)
    demo.write("components", LI, "2026-10-13T15:00")
    repository.merge("components", _moment(MEI, "2026-10-13T16:20"))
    demo.progress("running a notebook")
    notebook = (PROJECT / "notebook.py.txt").read_text(encoding="utf-8")
    repository.python("-c", notebook, who=TOMAS, more={"EXPDOCS_PROVENANCE": "0"})
    demo.write("notebook", TOMAS, "2026-10-14T17:30", status="draft")


def _summarised(demo: Demo) -> None:
    """Pages over all records: one that somebody read, and one that nobody did yet."""
    demo.progress("writing an overview, and what was dropped")
    write_pages(demo.root)
    said = "Sum up the screening, and what was dropped"
    demo.repository.commit(said, _moment(ANA, "2026-10-15T09:00"), hooks=True)
    review_page(demo.root, "overview-screening", LI.id, "2026-10-15T13:30:00+00:00")
    demo.repository.commit("Review the overview", _moment(LI, "2026-10-15T13:30"), hooks=True)
