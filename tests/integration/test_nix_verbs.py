"""`voidgen.nix` with the real Nix: git repositories on this machine, a server on loopback."""

import io
import itertools
import json
import os
import shutil
import subprocess
import tarfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from tests.integration.offline import SYSTEM
from tests.support.http_faults import Request, Server, closed_port, serving, status, truncates, well

from voidgen.errors import StepFailedError
from voidgen.lock import flake_lock
from voidgen.nix import evaluation, fetchers, flakes, installed
from voidgen.progress import NoProgress
from voidgen.system import process, sri

FLAKE = """{
  inputs.a = { url = "git+file://%s"; flake = false; };
  inputs.b = { url = "git+file://%s"; flake = false; };
  outputs = { self, a, b }: {
    words = { a = builtins.readFile "${a}/words"; b = builtins.readFile "${b}/words"; };
    packages.%s.echo = derivation {
      name = "echo";
      system = "%s";
      builder = "${self}/busybox";
      args = [ "sh" "-c" "echo built of $words > $out" ];
      words = builtins.readFile "${a}/words";
    };
  };
}
"""
TREE = {"words": "of a tree\n", "folder/program": "#!/bin/sh\n", "folder/é": ""}
BODY = bytes(range(256)) * 400
UNLOCKED = "requires lock file changes but they're not allowed due to '--no-update-lock-file'"


@pytest.fixture
def env(nix_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The functions take this process's environment."""
    for name in [name for name in os.environ if name.startswith("NIX_")]:
        monkeypatch.delenv(name)
    for name, value in nix_env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    return nix_env


@pytest.fixture
def empty_store(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Turns to a store that holds nothing, and to caches that know nothing."""
    root = str(Path(env["NIX_STORE_DIR"]).parent)
    count = itertools.count()

    def turn() -> None:
        other = tmp_path / f"store-{next(count)}"
        (other / "home").mkdir(parents=True)
        for name, value in env.items():
            if value.startswith(f"{root}/"):
                monkeypatch.setenv(name, value.replace(root, str(other), 1))

    return turn


@pytest.fixture
def server(env: dict[str, str]) -> Iterator[Server]:
    assert env
    with serving() as found:
        yield found


@frozen
class Repository:
    """A git repository whose commits are all made here."""

    folder: Path

    def commit(self, files: Mapping[str, str]) -> str:
        """Write files, commit them, and tell the revision."""
        if not (self.folder / ".git").exists():
            subprocess.run(["git", "init", "--quiet", "-b", "main", self.folder], check=True)
        for name, text in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755 if text.startswith("#!") else 0o644)
        self.git("add", "--all")
        who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
        self.git(*who, "commit", "--quiet", "--message", "x")
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *words: str) -> str:
        return subprocess.check_output(["git", *words], cwd=self.folder, text=True)

    @property
    def url(self) -> str:
        return f"git+file://{self.folder}"


@frozen
class Project:
    """A flake with two inputs."""

    folder: Path
    a: Repository
    b: Repository
    revs: dict[str, str] = field(factory=dict)

    @property
    def lock(self) -> Path:
        return self.folder / flake_lock.FILE

    def locked(self, name: str) -> dict[str, Any]:
        found = flake_lock.locked(self.folder, name)
        assert found
        return dict(found)

    def rev(self, name: str) -> str:
        return str(self.locked(name)["rev"])

    def forget(self, name: str) -> None:
        """Take an input's pin out of the lock."""
        lock = json.loads(self.lock.read_bytes())
        del lock["nodes"][lock["nodes"]["root"]["inputs"].pop(name)]
        self.lock.write_text(json.dumps(lock))


@pytest.fixture
def project(env: dict[str, str], tmp_path: Path) -> Project:
    assert env
    a, b = (Repository(tmp_path / name) for name in "ab")
    for one in (a, b):
        one.folder.mkdir()
    flake = tmp_path / "flake"
    flake.mkdir()
    (flake / "flake.nix").write_text(FLAKE % (a.folder, b.folder, SYSTEM, SYSTEM))
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the tests need a static busybox (Debian: apt install busybox-static)"
    shutil.copy(busybox, flake / "busybox")
    first = {name: one.commit({"words": f"first of {name}"}) for name, one in (("a", a), ("b", b))}
    return Project(flake, a, b, first)


@pytest.fixture
def locked(project: Project) -> Project:
    flakes.lock(project.folder)
    return project


def archive(files: Mapping[str, str]) -> bytes:
    """A tar archive of one folder."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"top/{name}")
            info.size = len(text.encode())
            info.mode = 0o755 if text.startswith("#!") else 0o644
            tar.addfile(info, io.BytesIO(text.encode()))
    return target.getvalue()


def flipped(text: str, at: int) -> str:
    """Another letter at a place."""
    other = "0" if text[at] != "0" else "1"
    return text[:at] + other + text[at + 1 :]


def test_version_is_the_evaluators(env: dict[str, str]) -> None:
    said = subprocess.check_output(
        ["nix-instantiate", "--eval", "--json", "--expr", "builtins.nixVersion"], env=env
    )
    assert installed.version() == tuple(map(int, json.loads(said).split(".")[:2]))
    assert installed.version() >= (2, 8)


def test_lock_pins_every_input(locked: Project) -> None:
    assert {name: locked.rev(name) for name in "ab"} == locked.revs


def test_lock_pins_what_has_no_pin_and_leaves_the_others(locked: Project) -> None:
    before = locked.locked("b")
    locked.forget("a")
    new = {name: one.commit({"new": ""}) for name, one in (("a", locked.a), ("b", locked.b))}
    flakes.lock(locked.folder)
    assert locked.rev("a") == new["a"]
    assert locked.locked("b") == before


def test_lock_moves_nothing(locked: Project) -> None:
    before = locked.lock.read_bytes()
    locked.a.commit({"words": "second"})
    locked.b.commit({"words": "second"})
    flakes.lock(locked.folder)
    assert locked.lock.read_bytes() == before


def test_an_origin_that_is_gone_cannot_be_locked(project: Project) -> None:
    shutil.rmtree(project.b.folder)
    with pytest.raises(StepFailedError) as caught:
        flakes.lock(project.folder)
    assert caught.value.what.startswith("nix flake lock: failed")
    assert str(project.b.folder) in caught.value.output
    assert not project.lock.exists()


@pytest.mark.parametrize(("moving", "kept"), [("a", "b"), ("b", "a")])
def test_update_moves_what_is_named(locked: Project, moving: str, kept: str) -> None:
    before = locked.locked(kept)
    new = {"a": locked.a.commit({"words": "second"}), "b": locked.b.commit({"words": "second"})}
    flakes.update(locked.folder, [moving])
    assert locked.rev(moving) == new[moving]
    assert locked.locked(kept) == before


def test_update_moves_all_that_are_named(locked: Project) -> None:
    new = {"a": locked.a.commit({"words": "second"}), "b": locked.b.commit({"words": "second"})}
    flakes.update(locked.folder, ["a", "b"])
    assert {name: locked.rev(name) for name in "ab"} == new


def test_update_where_nothing_is_new(locked: Project) -> None:
    before = locked.lock.read_bytes()
    flakes.update(locked.folder, ["a", "b"])
    assert locked.lock.read_bytes() == before


def test_update_pins_what_has_no_pin(locked: Project) -> None:
    locked.forget("b")
    new = locked.a.commit({"words": "second"})
    flakes.update(locked.folder, ["a"])
    assert {name: locked.rev(name) for name in "ab"} == locked.revs | {"a": new}


def test_evaluation_reads_what_is_locked(locked: Project) -> None:
    before = locked.lock.read_bytes()
    locked.a.commit({"words": "second of a"})
    words = evaluation.evaluate(locked.folder, "words", dict[str, str])
    assert words == {"a": "first of a", "b": "first of b"}
    assert evaluation.evaluate(locked.folder, "words.b", str) == "first of b"
    names = evaluation.evaluate(locked.folder, "words", tuple[str, ...], apply="builtins.attrNames")
    assert names == ("a", "b")
    assert locked.lock.read_bytes() == before


def test_a_flake_does_not_change_the_settings_of_nix(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pure evaluation, someone else's flake could read the user's files."""
    monkeypatch.setenv("NIX_CONFIG", f"{env['NIX_CONFIG']}\naccept-flake-config = true\n")
    flake = '{ nixConfig.pure-eval = false; outputs = _: { home = builtins.getEnv "HOME"; }; }'
    (tmp_path / "flake.nix").write_text(flake)
    assert evaluation.evaluate(tmp_path, "home", str) == ""


def test_evaluation_that_fails_says_why(locked: Project) -> None:
    with pytest.raises(StepFailedError) as caught:
        evaluation.evaluate(locked.folder, "words", str, apply='_: throw "the words of the flake"')
    assert caught.value.what.startswith("nix eval --json: failed")
    assert "the words of the flake" in caught.value.output


def test_build_gives_the_output(locked: Project) -> None:
    before = locked.lock.read_bytes()
    locked.a.commit({"words": "second of a"})
    assert flakes.build(locked.folder, "echo", NoProgress()).read_text() == "built of first of a\n"
    assert locked.lock.read_bytes() == before


FAILING = """{ outputs = { self }: { packages.%s = let
  built = name: needs: command: derivation {
    inherit name needs; system = "%s"; builder = "${self}/busybox"; args = [ "sh" "-c" command ];
  };
  count = "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo \\"line $i of error: $name\\"; done";
in rec {
  low = built "low" [ ] "${count}; exit 3";
  fine = built "fine" [ ] "${count}; echo > $out";
  middle = built "middle" [ low fine ] "echo > $out";
  top = built "top" [ middle ] "echo > $out";
}; }; }
"""


class Told(NoProgress):
    """Keeps what is reached."""

    def __init__(self) -> None:
        self.reached: list[tuple[int, int, str]] = []

    def stages(self, _: str) -> AbstractContextManager[Callable[[int, int, str], None]]:
        return nullcontext(lambda *reached: self.reached.append(reached))


def test_a_build_that_fails_names_it_with_the_end_of_its_log(
    project: Project,
) -> None:
    # With busybox beside it.
    (project.folder / "flake.nix").write_text(FAILING % (SYSTEM, SYSTEM))
    progress = Told()
    with pytest.raises(StepFailedError) as caught:
        flakes.build(project.folder, "top", progress)
    lines = caught.value.output.splitlines()
    assert lines[0].startswith("error: ")
    assert "-low.drv" in lines[0]
    assert lines[-1] == "       > line 40 of error: low"
    assert "       > line 1 of error: low" not in lines
    # Neither what only waited for it, nor what was built.
    assert not [line for line in lines if "middle" in line or "top" in line or "fine" in line]
    assert progress.reached
    for stage, count, what in progress.reached:
        assert 1 <= stage <= count
        assert what in {"building low", "building fine"}


VERBS: dict[str, Callable[[Path], object]] = {
    "evaluate": lambda flake: evaluation.evaluate(flake, "words", str),
    "build": lambda flake: flakes.build(flake, "echo", NoProgress()),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("lacking", ["an input", "all"])
def test_no_verb_but_lock_and_update_locks(locked: Project, verb: str, lacking: str) -> None:
    if lacking == "all":
        locked.lock.unlink()
    else:
        locked.forget("b")
    before = {file.name: file.read_bytes() for file in locked.folder.iterdir()}
    with pytest.raises(StepFailedError) as caught:
        VERBS[verb](locked.folder)
    assert UNLOCKED in caught.value.output
    assert {file.name: file.read_bytes() for file in locked.folder.iterdir()} == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_flipped_hash_in_the_lock_fails(
    locked: Project, verb: str, empty_store: Callable[[], None]
) -> None:
    right = locked.locked("a")["narHash"]
    before = locked.lock.read_text().replace(right, flipped(right, 20))
    locked.lock.write_text(before)
    empty_store()
    with pytest.raises(StepFailedError) as caught:
        VERBS[verb](locked.folder)
    assert flipped(right, 20) in caught.value.output
    assert right in caught.value.output
    assert locked.lock.read_text() == before


def test_prefetching_a_repository(locked: Project) -> None:
    found = fetchers.flake_prefetch(locked.a.url)
    assert found.hash == locked.locked("a")["narHash"]
    assert (found.path / "words").read_text() == "first of a"
    if installed.version() < (2, 19):
        assert found.url == "", "this Nix tells none"
        return
    assert found.url.startswith(f"{locked.a.url}?")
    assert f"rev={locked.revs['a']}" in found.url
    # The reference is of these bytes, whatever comes later.
    locked.a.commit({"words": "second"})
    assert fetchers.flake_prefetch(found.url).hash == found.hash
    assert fetchers.flake_prefetch(locked.a.url).hash != found.hash


def test_prefetching_a_revision(locked: Project) -> None:
    locked.a.commit({"words": "second"})
    found = fetchers.flake_prefetch(f"{locked.a.url}?rev={locked.revs['a']}")
    assert found.hash == locked.locked("a")["narHash"]


def test_prefetching_what_is_not_there(tmp_path: Path, env: dict[str, str]) -> None:
    assert env
    with pytest.raises(StepFailedError) as caught:
        fetchers.flake_prefetch(f"git+file://{tmp_path}/nowhere")
    assert "nowhere" in caught.value.output


def test_a_name_of_the_registry_means_nothing(env: dict[str, str]) -> None:
    assert env
    with pytest.raises(StepFailedError) as caught:
        fetchers.flake_prefetch("nixpkgs")
    assert "nixpkgs" in caught.value.output
    assert "unable to download" not in caught.value.output, "nobody is asked for it"


def serve(server: Server, body: bytes, path: str = "/tree.tar.gz") -> str:
    """Nix tells an archive by its name, too."""
    server.bodies[path] = body
    return server.url(path)


def test_every_way_to_a_tree_finds_the_same_hash(
    project: Project, server: Server, tmp_path: Path
) -> None:
    project.a.commit(TREE)
    url = serve(server, archive(TREE))
    tarball, repository = fetchers.flake_prefetch(url), fetchers.flake_prefetch(project.a.url)
    unpacked = fetchers.prefetch_tarball(url)
    assert tarball.hash == repository.hash == unpacked.hash
    for found in (tarball, repository, unpacked):
        assert {
            str(file.relative_to(found.path)): file.read_text()
            for file in found.path.rglob("*")
            if file.is_file()
        } == TREE
    # It is what a flake of this archive is locked to.
    flake = tmp_path / "of-tarball"
    flake.mkdir()
    (flake / "flake.nix").write_text(
        f'{{ inputs.a = {{ url = "{url}"; flake = false; }}; outputs = _: {{ }}; }}'
    )
    flakes.lock(flake)
    pin = flake_lock.locked(flake, "a")
    assert pin
    assert pin["narHash"] == tarball.hash
    assert fetchers.fetch_tree(pin) == tarball.path
    if tarball.url:
        assert fetchers.flake_prefetch(tarball.url).hash == tarball.hash


def test_a_tree_is_fetched_as_it_is_locked(
    locked: Project, empty_store: Callable[[], None]
) -> None:
    pin = locked.locked("a")
    locked.a.commit({"words": "second"})
    empty_store()
    assert (fetchers.fetch_tree(pin) / "words").read_text() == "first of a"


@pytest.mark.parametrize(("key", "at"), [("narHash", 7), ("narHash", 30), ("rev", 0), ("rev", 39)])
def test_a_flipped_pin_fetches_nothing(
    locked: Project, key: str, at: int, empty_store: Callable[[], None]
) -> None:
    pin = locked.locked("a")
    wrong = pin | {key: flipped(pin[key], at)}
    empty_store()
    with pytest.raises(StepFailedError) as caught:
        fetchers.fetch_tree(wrong)
    assert wrong[key] in caught.value.output


def test_prefetching_a_file(server: Server) -> None:
    url = server.serve(BODY)
    found = fetchers.prefetch_file(url, name="a-name")
    assert found.hash == sri.of_bytes(BODY)
    assert found.path.read_bytes() == BODY
    assert found.path.name.endswith("-a-name")
    assert found.url == ""
    assert fetchers.prefetch_file(url).path.name.endswith("-file"), "the last part of its URL"


def test_a_file_that_is_there_is_not_asked_for(server: Server) -> None:
    url = server.serve(BODY)
    first = fetchers.prefetch_file(url, name="x")
    assert fetchers.prefetch_file(url, name="x", expected=first.hash) == first
    assert len(server.ranges(url)) == 1
    # Without a hash, it may have changed.
    assert fetchers.prefetch_file(url, name="x") == first
    assert len(server.ranges(url)) == 2


def test_a_file_that_the_server_does_not_have(server: Server) -> None:
    url = server.url("/missing")
    for expected in ("", sri.of_bytes(b"missing")):
        with pytest.raises(fetchers.NotFoundError) as caught:
            fetchers.prefetch_file(url, expected=expected)
        assert url in caught.value.output
    assert len(server.ranges(url)) == 2, "one request each"


def test_other_bytes_than_expected(server: Server) -> None:
    url = server.serve(BODY)
    with pytest.raises(fetchers.OtherBytesError):
        fetchers.prefetch_file(url, expected=sri.of_bytes(b"others"))
    assert len(server.ranges(url)) == 1, "they would be the same again"


def test_a_server_that_is_busy_is_asked_again(server: Server) -> None:
    url = server.serve(BODY, status(503), status(502))
    assert fetchers.prefetch_file(url).hash == sri.of_bytes(BODY)
    assert len(server.ranges(url)) == 3


def test_a_password_comes_from_the_netrc_file_of_nix_conf(
    env: dict[str, str], server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asks_for_a_login(request: Request) -> None:
        given = request.headers.get("Authorization")
        (well if given == f"Basic {b64encode(b'jane:s3cret').decode()}" else status(401))(request)

    url = server.serve(BODY, ever=asks_for_a_login)
    with pytest.raises(StepFailedError) as caught:
        fetchers.prefetch_file(url)
    assert "~/.netrc" in caught.value.remedy
    assert "netrc-file = PATH" in caught.value.remedy
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jane password s3cret\n")
    monkeypatch.setenv("NIX_CONFIG", f"{env['NIX_CONFIG']}\nnetrc-file = {netrc}\n")
    assert fetchers.prefetch_file(url).hash == sri.of_bytes(BODY)


def test_a_file_that_breaks_off_is_fetched_again(server: Server) -> None:
    """Where the server takes no ranges, Nix itself gives up."""
    url = server.serve(BODY, truncates(1000), truncates(50_000))
    assert fetchers.prefetch_file(url).hash == sri.of_bytes(BODY)
    assert server.ranges(url) == [None] * 3


def test_a_file_that_always_breaks_off(server: Server) -> None:
    url = server.serve(BODY, ever=truncates(1000))
    with pytest.raises(StepFailedError) as caught:
        fetchers.prefetch_file(url)
    assert "Transferred a partial file" in caught.value.output
    assert len(server.ranges(url)) == process.ATTEMPTS


def test_a_server_that_is_gone(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    # Nix's own attempts wait for seconds.
    monkeypatch.setenv("NIX_CONFIG", f"{env['NIX_CONFIG']}\ndownload-attempts = 1\n")
    url = f"http://127.0.0.1:{closed_port()}/x"
    with pytest.raises(StepFailedError) as caught:
        fetchers.prefetch_file(url)
    assert type(caught.value) is StepFailedError
    assert url in caught.value.output


def test_a_tarball_that_the_server_does_not_have(server: Server) -> None:
    url = server.url("/missing.tar.gz")
    for fetch in (fetchers.prefetch_tarball, fetchers.flake_prefetch):
        with pytest.raises(StepFailedError) as caught:
            fetch(url)
        assert "404" in caught.value.output
    assert len(server.ranges(url)) == 2, "one request each"


def test_what_is_no_archive(server: Server) -> None:
    url = serve(server, b"<html>", "/other.tar.gz")
    with pytest.raises(StepFailedError):
        fetchers.prefetch_tarball(url)


def test_git_that_finds_the_server_busy_is_started_again(server: Server, project: Project) -> None:
    """Git does not try again by itself; Nix starts it for inputs that are repositories."""
    bare = project.folder.with_name("bare")
    project.a.git("clone", "--quiet", "--bare", ".", str(bare))
    subprocess.run(["git", "update-server-info"], cwd=bare, check=True)
    for file in bare.rglob("*"):
        if file.is_file():
            server.bodies[f"/a/{file.relative_to(bare)}"] = file.read_bytes()
    server.answers["/a/info/refs"] = iter([status(503), status(503)])
    rev = project.revs["a"]
    found = fetchers.flake_prefetch(f"git+{server.url('/a')}?ref=main&rev={rev}")
    assert (found.path / "words").read_text() == "first of a"
    assert len(server.asked["/a/info/refs"]) >= 3
