"""The CI files that `expdocs init` writes, run as their platforms do, in checkouts like theirs.

A server holds `main` and a branch; a runner fetches from it what the platform's runner fetches,
checks out a detached commit, and executes the lines of the file with the platform's variables.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

INSTALL = "python -m pip install 'expdocs[site]'"
REPORT = "gl-code-quality-report.json"
ALL_BRANCHES = "+refs/heads/*:refs/remotes/origin/*"
# A name that git allows, and that a shell would run if it were part of its script.
HOSTILE = 'a";touch${IFS}pwned;"$(touch${IFS}pwned)'


@dataclass(frozen=True)
class Server:
    """A bare repository, and a clone of it in which people work."""

    path: Path
    work: Any

    def push(self, refspec: str = "HEAD:main") -> str:
        self.work.git("push", "-q", "origin", refspec)
        return str(self.work.git("rev-parse", "HEAD"))

    def merged(self, base: str, head: str) -> str:
        """Make the merge of a request, as a server does on a branch of nobody."""
        self.work.git("switch", "-q", "--detach", base)
        self.work.git("merge", "-q", "--no-ff", "-m", "the merge", head)
        return self.push("HEAD:refs/requests/7/merge")


@dataclass(frozen=True)
class Job:
    """How a job ended."""

    code: int
    out: str
    folder: Path

    @property
    def pwned(self) -> bool:
        return (self.folder / "pwned").exists()

    def report(self) -> list[str]:
        issues = json.loads((self.folder / REPORT).read_text(encoding="utf-8"))
        return [issue["check_name"] for issue in issues]


@pytest.fixture
def server(checked_repo: Any, run_cli: Any, tmp_path: Path) -> Callable[[str], Server]:
    """Set the checked repository up for a platform, and publish its `main`."""

    def publish(address: str) -> Server:
        checked_repo.git("remote", "add", "origin", address)
        assert run_cli("init", cwd=checked_repo.root).code == 0
        checked_repo.commit("Set expdocs up")
        path = tmp_path / "server.git"
        checked_repo.git("init", "-q", "--bare", "-b", "main", str(path))
        checked_repo.git("remote", "set-url", "origin", str(path))
        made = Server(path, checked_repo)
        made.push()
        return made

    return publish


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A folder with this expdocs and nothing else, before the system's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    found = shutil.which("expdocs") or str(Path(sys.executable).with_name("expdocs"))
    (folder / "expdocs").symlink_to(found)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def checkout(server: Path, folder: Path, sha: str, *refspecs: str, options: str = "") -> Path:
    """Fetch and check a detached commit out, as runners do."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)

    folder.mkdir()
    git("init", "-q")
    git("remote", "add", "origin", server.as_uri())
    fetched = [option for option in (options,) if option]
    git("fetch", "-q", "--no-tags", *fetched, "origin", *refspecs)
    git("checkout", "-q", "--force", "--detach", sha)
    return folder


def execute(folder: Path, shell: tuple[str, ...], script: str, env: Mapping[str, str]) -> Job:
    done = subprocess.run(
        [*shell, script],
        cwd=folder,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Job(done.returncode, done.stdout, folder)


def break_record(work: Any, number: int = 417) -> None:
    """Cite a wrong number: one CLM104."""
    if number == 417:
        work.write({work.record: work.text.replace("[0.791]", "[0.971]")})
        return
    text = work.text.replace("EXP-2026-11-20-417", f"EXP-2026-11-20-{number}")
    broken = text.replace("[0.791]", "[0.971]")
    work.write({f"journal/EXP-2026-11-20-{number}-other.md": broken})


def add_record(work: Any, number: int, name: str = "other") -> None:
    text = work.text.replace("EXP-2026-11-20-417", f"EXP-2026-11-20-{number}")
    work.write({f"journal/EXP-2026-11-20-{number}-{name}.md": text})


def branch(server: Server, change: Callable[[Any], object], start: str = "main") -> str:
    server.work.git("switch", "-qC", "change", start)
    change(server.work)
    server.work.commit("the change")
    return server.push("HEAD:change")


def advance(server: Server, change: Callable[[Any], object]) -> str:
    server.work.git("switch", "-q", "main")
    change(server.work)
    server.work.commit("meanwhile on main")
    return server.push()


def touch_code(work: Any) -> None:
    work.write({"train.py": "print('again')\n"})


# --- GitHub Actions


@pytest.fixture
def github(server: Any, programs: str, tmp_path: Path) -> Any:
    return GitHub(server("https://github.example.org/a/b.git"), programs, tmp_path / "runner")


@dataclass(frozen=True)
class GitHub:
    server: Server
    path: str
    folder: Path

    def pull_request(self, sha: str, base: str = "main", *, build: bool = False) -> Job:
        """Run the job for the merge commit ``sha`` of a request for ``base``."""
        merge = "+refs/requests/7/merge:refs/remotes/pull/7/merge"
        checkout(self.server.path, self.folder, sha, ALL_BRANCHES, merge)
        variables = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": base}
        return self.run({**variables, "GITHUB_HEAD_REF": "change"}, build=build)

    def push(self, sha: str) -> Job:
        checkout(self.server.path, self.folder, sha, ALL_BRANCHES)
        # The platform sets these two always, and to nothing outside of pull requests.
        return self.run({"GITHUB_EVENT_NAME": "push", "GITHUB_BASE_REF": "", "GITHUB_HEAD_REF": ""})

    def run(self, variables: Mapping[str, str], *, build: bool = False) -> Job:
        lines = steps(self.folder)
        assert lines[0] == INSTALL
        summary = self.folder.with_name("summary.md")
        env = {"PATH": self.path, "CI": "true", "GITHUB_STEP_SUMMARY": str(summary), **variables}
        job = Job(0, "", self.folder)
        for line in lines[1:] if build else [line for line in lines[1:] if " check " in line]:
            job = execute(self.folder, ("bash", "-e", "-c"), line, env)
            if job.code:
                break
        return job


def steps(root: Path) -> list[str]:
    text = (root / ".github/workflows/expdocs.yml").read_text(encoding="utf-8")
    job = yaml.safe_load(text)["jobs"]["check"]
    # Text of a request would be spliced into the script where an expression stands in it.
    assert all("${{" not in step.get("run", "") for step in job["steps"])
    return [step["run"] for step in job["steps"] if "run" in step]


def test_github_passes_a_clean_pull_request(github: GitHub) -> None:
    head = branch(github.server, lambda work: add_record(work, 418))
    job = github.pull_request(github.server.merged("main", head), build=True)
    assert (job.code, job.folder.joinpath("site/index.html").is_file()) == (0, True), job.out


def test_github_fails_a_pull_request_that_adds_an_error(github: GitHub) -> None:
    head = branch(github.server, break_record)
    job = github.pull_request(github.server.merged("main", head))
    assert job.code == 1
    assert f"::error file={github.server.work.record},line=" in job.out
    assert job.out.endswith("1 record checked: 1 error\n")
    assert "CLM104" in github.folder.with_name("summary.md").read_text(encoding="utf-8")


def test_github_reports_no_error_that_main_has_already(github: GitHub) -> None:
    old = advance(github.server, break_record)
    head = branch(github.server, touch_code)
    job = github.pull_request(github.server.merged("main", head))
    assert (job.code, job.out) == (0, "1 record checked: no findings\n")
    shutil.rmtree(github.folder)
    whole = github.push(old)
    assert (whole.code, "title=CLM104" in whole.out) == (1, True)


def test_github_blames_no_request_for_what_main_got_before_or_after_the_merge(
    github: GitHub,
) -> None:
    head = branch(github.server, touch_code)
    advance(github.server, lambda work: break_record(work, 501))
    merge = github.server.merged("main", head)
    advance(github.server, lambda work: break_record(work, 502))
    job = github.pull_request(merge)
    assert (job.code, job.out) == (0, "2 records checked: no findings\n")


def test_github_finds_what_is_wrong_only_with_what_main_got_meanwhile(github: GitHub) -> None:
    head = branch(github.server, lambda work: add_record(work, 418, "mine"))
    advance(github.server, lambda work: add_record(work, 418, "theirs"))
    job = github.pull_request(github.server.merged("main", head))
    assert (job.code, job.out.count("::error"), "title=REC301" in job.out) == (1, 1, True)


def test_github_runs_nothing_that_a_branch_is_named(github: GitHub) -> None:
    github.server.work.git("branch", HOSTILE, "main")
    github.server.work.git("push", "-q", "origin", HOSTILE)
    head = branch(github.server, break_record)
    job = github.pull_request(github.server.merged("main", head), HOSTILE)
    assert (job.code, job.pwned, "title=CLM104" in job.out) == (1, False, True)


def test_the_upload_for_code_scanning_holds_everything_and_fails_for_no_finding(
    github: GitHub,
) -> None:
    docs = Path(__file__).parents[2] / "docs" / "hooks-and-ci.md"
    (line,) = re.findall(r"- run: (expdocs check --format sarif .*)", docs.read_text("utf-8"))
    env = {"PATH": github.path, "GITHUB_BASE_REF": "main"}
    old = advance(github.server, break_record)
    checkout(github.server.path, github.folder, old, ALL_BRANCHES)
    job = execute(github.folder, ("bash", "-e", "-c"), line, env)
    log = json.loads((github.folder / "expdocs.sarif").read_text(encoding="utf-8"))
    assert (job.code, [result["ruleId"] for result in log["runs"][0]["results"]]) == (0, ["CLM104"])
    (github.folder / "expdocs.toml").write_text("recrods = []\n", encoding="utf-8")
    assert execute(github.folder, ("bash", "-e", "-c"), line, env).code != 0


def test_github_without_the_history_says_so(github: GitHub) -> None:
    head = branch(github.server, touch_code)
    sha = github.server.merged("main", head)
    merge = "+refs/requests/7/merge:refs/remotes/pull/7/merge"
    checkout(github.server.path, github.folder, sha, merge, options="--depth=1")
    job = github.run({"GITHUB_BASE_REF": "main"})
    assert (job.code, job.out.splitlines()[0]) == (2, "error: 'origin/main' names no commit")


# --- GitLab CI


@pytest.fixture
def gitlab(server: Any, programs: str, tmp_path: Path) -> Any:
    return GitLab(server("https://gitlab.example.org/a/b.git"), programs, tmp_path / "runner")


@dataclass(frozen=True)
class GitLab:
    server: Server
    path: str
    folder: Path

    def merge_request(
        self, sha: str, base: str, target: str = "", *, build: bool = False, shell: str = "bash"
    ) -> Job:
        """Run the job for ``sha``; ``target`` is set for merged results alone."""
        variables = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": target,
        }
        return self.run(sha, variables, build=build, shell=shell)

    def run(
        self, sha: str, variables: Mapping[str, str], *, build: bool = False, shell: str = "bash"
    ) -> Job:
        self.server.work.git("push", "-q", "origin", f"+{sha}:refs/pipelines/1")
        pipeline = "+refs/pipelines/1:refs/pipelines/1"
        checkout(self.server.path, self.folder, sha, pipeline, ALL_BRANCHES)
        text = (self.folder / ".gitlab-ci.yml").read_text(encoding="utf-8")
        job = yaml.safe_load(text)["expdocs"]
        assert job["variables"] == {"GIT_DEPTH": "0"}
        assert job["artifacts"] == {"when": "always", "reports": {"codequality": REPORT}}
        assert job["script"][0] == INSTALL
        lines = job["script"][1:] if build else job["script"][1:-1]
        assert build or job["script"][-1] == "expdocs build"
        # The lines run in one shell, which ends at the first that fails.
        options = ("-eo", "pipefail", "-c") if shell == "bash" else ("-e", "-c")
        env = {"PATH": self.path, "CI": "true", **variables}
        return execute(self.folder, (shell, *options), "\n".join(lines), env)


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_gitlab_passes_a_clean_merge_request(gitlab: GitLab, shell: str) -> None:
    base = gitlab.server.work.git("rev-parse", "main")
    head = branch(gitlab.server, lambda work: add_record(work, 418))
    job = gitlab.merge_request(head, base, build=shell == "bash", shell=shell)
    assert (job.code, job.report()) == (0, []), job.out


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_gitlab_fails_a_merge_request_that_adds_an_error(gitlab: GitLab, shell: str) -> None:
    base = gitlab.server.work.git("rev-parse", "main")
    head = branch(gitlab.server, break_record)
    job = gitlab.merge_request(head, base, shell=shell)
    assert (job.code, job.report()) == (1, ["CLM104"])
    assert f"{gitlab.server.work.record}:" in job.out
    assert job.out.endswith("1 record checked: 1 error\n")


def test_gitlab_compares_whole_reports_and_fails_for_new_errors_alone(gitlab: GitLab) -> None:
    old = advance(gitlab.server, break_record)
    head = branch(gitlab.server, touch_code)
    job = gitlab.merge_request(head, old)
    assert (job.code, job.out) == (0, "1 record checked: no findings\n")
    # A report without it would tell reviewers that the request repairs it.
    assert job.report() == ["CLM104"]
    shutil.rmtree(gitlab.folder)
    whole = gitlab.run(old, {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"})
    assert (whole.code, whole.report()) == (1, ["CLM104"])


def test_gitlab_compares_merged_results_with_the_target_branch(gitlab: GitLab) -> None:
    base = gitlab.server.work.git("rev-parse", "main")
    head = branch(gitlab.server, touch_code)
    target = advance(gitlab.server, lambda work: break_record(work, 501))
    merge = gitlab.server.merged(target, head)
    job = gitlab.merge_request(merge, base, target)
    assert (job.code, job.out) == (0, "2 records checked: no findings\n")


def test_gitlab_needs_no_target_branch_in_a_fork(gitlab: GitLab) -> None:
    base = gitlab.server.work.git("rev-parse", "main")
    head = branch(gitlab.server, break_record)
    gitlab.server.work.git(
        "--git-dir", str(gitlab.server.path), "update-ref", "-d", "refs/heads/main"
    )
    assert gitlab.merge_request(head, base).code == 1


def test_gitlab_is_told_of_settings_that_cannot_be_read(gitlab: GitLab) -> None:
    base = gitlab.server.work.git("rev-parse", "main")
    head = branch(gitlab.server, lambda work: work.write({"expdocs.toml": "recrods = []\n"}))
    job = gitlab.merge_request(head, base)
    assert (job.code, job.out.count("did you mean 'records'?")) == (1, 1)


def test_what_init_advises_for_gitlab_is_the_file_that_it_writes() -> None:
    assets = Path(__file__).parents[2] / "expdocs" / "edit" / "init"
    texts = [(assets / name).read_bytes() for name in ("gitlab-ci.yml", "gitlab-ci.yml.advice")]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("origin", "file", "server"),
    [
        ("https://github.com/team/churn.git", ".github/workflows/expdocs.yml", "github-workflows"),
        ("https://gitlab.example.org/team/churn.git", ".gitlab-ci.yml", "gitlab-ci"),
    ],
)
def test_the_file_is_what_its_server_takes(
    repo: Any, run_cli: Any, origin: str, file: str, server: str
) -> None:
    made = repo()
    made.git("remote", "add", "origin", origin)
    assert run_cli("init", cwd=made.root).code == 0
    program = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [program, "--builtin-schema", f"vendor.{server}", made.root / file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- on a schedule


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_the_scheduled_job_commits_a_report_also_of_what_is_out_of_reach(
    platform: str, server: Any, programs: str, tmp_path: Path
) -> None:
    made = server(f"https://{platform}.example.org/a/b.git")
    folder = tmp_path / "runner"
    head = made.work.git("rev-parse", "HEAD")
    checkout(made.path, folder, head, ALL_BRANCHES, "+refs/tags/*:refs/tags/*")
    subprocess.run(["git", "switch", "-qC", "main"], cwd=folder, check=True)
    env = {"PATH": programs, "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    env |= {"CI_SERVER_HOST": "gitlab.example.org", "EXPDOCS_PUSH_TOKEN": "secret"}
    verify, keep = _scheduled(platform, folder)
    job = execute(folder, ("bash", "-e", "-c"), verify, env)
    assert (job.code, "cannot be reached" in job.out) == (3, True), job.out
    # The address of the server stands where the test's own has to.
    local = re.sub(r"git push.*", f"git push -q {made.path} HEAD:main", keep)
    kept = execute(folder, ("bash", "-e", "-c"), local, env)
    assert kept.code == 0, kept.out
    changed = made.work.git("-C", str(made.path), "show", "--name-status", "--format=%s", "main")
    subject, _, files = changed.partition("\n\n")
    assert subject == "Hold the evidence against its sources"
    assert re.fullmatch(r"A\tjournal/evidence/verdicts/[-0-9T]+Z\.json", files)


def _scheduled(platform: str, root: Path) -> tuple[str, str]:
    """The line that verifies and the lines that keep the report."""
    if platform == "gitlab":
        job = yaml.safe_load((root / ".gitlab-ci.yml").read_text("utf-8"))["expdocs-verify"]
        assert [rule["if"] for rule in job["rules"]] == [
            '$CI_PIPELINE_SOURCE == "schedule" && $MLFLOW_TRACKING_URI'
        ]
        return job["script"][1], job["after_script"][0]
    text = (root / ".github/workflows/expdocs.yml").read_text("utf-8")
    job = yaml.safe_load(text)["jobs"]["verify"]
    assert job["if"] == "github.event_name == 'schedule' && vars.MLFLOW_TRACKING_URI != ''"
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert all("${{" not in run for run in runs)
    return runs[1], runs[2]
