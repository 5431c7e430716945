"""Where data objects are, asked of real DVC repositories with local and HTTP remotes."""

from __future__ import annotations

import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from expdocs.errors import CannotRun
from expdocs.trackers.dvc import Presence, presence

ABSENT = "md5:" + "0" * 32


def md5(content: bytes) -> str:
    return "md5:" + hashlib.md5(content).hexdigest()


def run(root: Path, *command: str) -> None:
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def dvc(root: Path, *arguments: str) -> None:
    run(root, sys.executable, "-m", "dvc", "-q", *arguments)


@pytest.fixture(scope="module", autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DVC_SITE_CACHE_DIR"):
            patch.setenv(name, home)
        patch.setenv("DVC_NO_ANALYTICS", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    run(root, "git", "init", "-q")
    dvc(root, "init")
    (root / "folder").mkdir()
    for name in ("folder/a", "folder/b", "file", "kept here"):
        (root / name).write_text(name)
    dvc(root, "add", "folder", "file")
    (root / "store").mkdir()
    (root / ".gitignore").write_text("/store\n")
    dvc(root, "remote", "add", "-d", "store", "store")
    dvc(root, "push")
    dvc(root, "add", "kept here")
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "project"))


def directory(root: Path) -> str:
    return "md5:" + (root / "folder.dvc").read_text().split("md5: ")[1].split()[0]


def stored(root: Path, value: str) -> Path:
    return root / "store" / "files" / "md5" / value[4:6] / value[6:]


def test_each_hash_is_where_dvc_put_it(project: Path) -> None:
    file, kept, folder = md5(b"file"), md5(b"kept here"), directory(project)
    assert presence(project, [file, kept, folder, ABSENT]) == {
        file: Presence(cached=True, remotes=("store",)),
        kept: Presence(cached=True),
        folder: Presence(cached=True, remotes=("store",)),
        ABSENT: Presence(),
    }


def test_a_clone_without_cache_finds_all_in_the_remote(project: Path) -> None:
    shutil.rmtree(project / ".dvc" / "cache")
    found = presence(project, [md5(b"file"), directory(project)])
    assert set(found.values()) == {Presence(remotes=("store",))}


def test_a_directory_of_which_a_file_is_gone_is_there_in_part(project: Path) -> None:
    stored(project, md5(b"folder/b")).unlink()
    found = presence(project, [directory(project)])[directory(project)]
    assert found == Presence(cached=True, partly=("store",))


def test_a_listing_that_is_none_holds_no_files(project: Path) -> None:
    listing = stored(project, directory(project))
    listing.chmod(0o644)
    listing.write_text("<html>")
    assert presence(project, [directory(project)])[directory(project)].partly == ("store",)


def test_a_damaged_object_is_left_where_it_is(project: Path) -> None:
    damaged = stored(project, md5(b"file"))
    damaged.chmod(0o644)
    damaged.write_text("other")
    presence(project, [md5(b"file")])
    assert damaged.read_text() == "other"


def test_hashes_of_clouds_have_no_objects(project: Path) -> None:
    found = presence(project, ["etag:abc", "odd"])
    assert found["etag:abc"] == Presence(unreachable=("DVC keeps no objects by etag",))
    assert not found["odd"].found


def test_nothing_asked_is_nothing_opened(tmp_path: Path) -> None:
    assert presence(tmp_path, []) == {}


def test_no_dvc_repository_is_a_sentence(tmp_path: Path) -> None:
    run(tmp_path, "git", "init", "-q")
    sentence = "there is no DVC repository here: run dvc init"
    assert presence(tmp_path, [ABSENT]) == {ABSENT: Presence(unreachable=(sentence,))}


def test_outside_of_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotRun):
        presence(tmp_path, [ABSENT])


def test_a_broken_configuration_is_a_sentence(project: Path) -> None:
    (project / ".dvc" / "config").write_text("[[[")
    (sentence,) = presence(project, [ABSENT])[ABSENT].unreachable
    assert sentence.startswith("the cache is not configured in a way that DVC accepts")


def test_repositories_below_are_asked_too(project: Path) -> None:
    below = project / "models" / "churn"
    below.mkdir(parents=True)
    dvc(below, "init", "--subdir")
    (below / "model").write_text("model")
    dvc(below, "add", "model")
    (project / "other").mkdir()
    dvc(below, "remote", "add", "other", "../../other")
    run(project, "git", "add", "-A")
    assert presence(project, [md5(b"model")])[md5(b"model")] == Presence(cached=True)
    dvc(below, "push", "-r", "other")
    found = presence(project, [md5(b"model")])[md5(b"model")]
    assert found == Presence(cached=True, remotes=("models/churn: other",))


def test_old_objects_are_looked_for_where_dvc_2_put_them(project: Path) -> None:
    value = "0cc175b9c0f1b6a831c399e269772661"
    old = project / "store" / value[:2] / value[2:]
    old.parent.mkdir()
    old.write_text("a")
    asked = [f"md5-dos2unix:{value}", f"md5:{value}"]
    found = presence(project, asked)
    assert [found[each].remotes for each in asked] == [("store",), ()]


# --- remotes that give no answer


class Answers(http.server.BaseHTTPRequestHandler):
    status = 404

    def do_HEAD(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/data"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, "remote web asks for credentials: set user and password"),
        (403, "remote web refuses access with these credentials: set user and password"),
        (500, "remote web "),
    ],
)
def test_a_refusal_over_http_is_no_absence(
    project: Path, answering: str, monkeypatch: pytest.MonkeyPatch, status: int, expected: str
) -> None:
    monkeypatch.setattr(Answers, "status", status)
    dvc(project, "remote", "add", "web", answering)
    found = presence(project, [md5(b"file"), ABSENT])
    assert found[md5(b"file")].remotes == ("store",)
    (sentence,) = found[ABSENT].unreachable
    assert sentence.startswith(expected)


def test_not_found_over_http_is_absence(project: Path, answering: str) -> None:
    dvc(project, "remote", "add", "web", answering)
    assert presence(project, [ABSENT])[ABSENT] == Presence()


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("dead", "http://user:hunter2@127.0.0.1:1/x", "remote dead cannot be reached"),
        ("s3", "s3://bucket/x",
         "remote s3 needs a driver that is not installed: run python -m pip install 'dvc[s3]'"),
        ("unmounted", "/nowhere/at/all", "remote unmounted is a folder that does not exist here"),
    ],
)  # fmt: skip
def test_a_place_without_an_answer_says_what_to_do(
    project: Path, name: str, url: str, expected: str
) -> None:
    dvc(project, "remote", "add", name, url)
    (sentence,) = presence(project, [ABSENT])[ABSENT].unreachable
    assert sentence.startswith(expected)
    assert "hunter2" not in sentence


def test_a_version_aware_remote_keeps_no_objects(project: Path) -> None:
    dvc(project, "remote", "add", "versions", "/nowhere/at/all")
    dvc(project, "remote", "modify", "versions", "worktree", "true")
    (sentence,) = presence(project, [ABSENT])[ABSENT].unreachable
    assert sentence.startswith("remote versions ")
