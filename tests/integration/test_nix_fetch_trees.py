"""Fetch trees with the real Nix: git repositories on this machine, archives from a server."""

import io
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.integration.flake_project import FlakeProject, flipped
from tests.support.http_faults import Server, serving, status

from voidgen.errors import StepFailedError
from voidgen.lock import flake_lock
from voidgen.nix import fetchers, flakes, installed

TREE = {"words": "of a tree\n", "folder/program": "#!/bin/sh\n", "folder/é": ""}


@pytest.fixture
def server(chosen_nix: dict[str, str]) -> Iterator[Server]:
    assert chosen_nix
    with serving() as found:
        yield found


def archive(files: Mapping[str, str]) -> bytes:
    """Return a tar archive with ``files`` in one folder."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"top/{name}")
            info.size = len(text.encode())
            info.mode = 0o755 if text.startswith("#!") else 0o644
            tar.addfile(info, io.BytesIO(text.encode()))
    return target.getvalue()


def serve(server: Server, body: bytes, path: str = "/tree.tar.gz") -> str:
    """Serve ``body`` at ``path``, whose ending tells Nix that it is an archive."""
    server.bodies[path] = body
    return server.url(path)


def test_prefetching_a_repository_returns_hash_path_and_reference(
    locked_flake: FlakeProject,
) -> None:
    found = fetchers.flake_prefetch(locked_flake.a.url)
    assert found.hash == locked_flake.locked("a")["narHash"]
    assert (found.path / "words").read_text() == "first of a"
    if installed.version() < (2, 19):
        assert found.url == "", "this Nix returns no reference"
        return
    assert found.url.startswith(f"{locked_flake.a.url}?")
    assert f"rev={locked_flake.revs['a']}" in found.url
    # A later commit does not change what this reference means.
    locked_flake.a.commit({"words": "second"})
    assert fetchers.flake_prefetch(found.url).hash == found.hash
    assert fetchers.flake_prefetch(locked_flake.a.url).hash != found.hash


def test_prefetching_an_earlier_revision(locked_flake: FlakeProject) -> None:
    locked_flake.a.commit({"words": "second"})
    found = fetchers.flake_prefetch(f"{locked_flake.a.url}?rev={locked_flake.revs['a']}")
    assert found.hash == locked_flake.locked("a")["narHash"]


def test_prefetching_a_missing_repository_fails(tmp_path: Path, chosen_nix: dict[str, str]) -> None:
    assert chosen_nix
    with pytest.raises(StepFailedError) as caught:
        fetchers.flake_prefetch(f"git+file://{tmp_path}/nowhere")
    assert "nowhere" in caught.value.output


def test_names_of_the_flake_registry_are_refused(chosen_nix: dict[str, str]) -> None:
    assert chosen_nix
    with pytest.raises(StepFailedError) as caught:
        fetchers.flake_prefetch("nixpkgs")
    assert "nixpkgs" in caught.value.output
    assert "unable to download" not in caught.value.output, "the registry is not fetched"


def test_archive_and_repository_of_a_tree_have_the_same_hash(
    flake_project: FlakeProject, server: Server, tmp_path: Path
) -> None:
    flake_project.a.commit(TREE)
    url = serve(server, archive(TREE))
    tarball, repository = fetchers.flake_prefetch(url), fetchers.flake_prefetch(flake_project.a.url)
    unpacked = fetchers.prefetch_tarball(url)
    assert tarball.hash == repository.hash == unpacked.hash
    for found in (tarball, repository, unpacked):
        assert {
            str(file.relative_to(found.path)): file.read_text()
            for file in found.path.rglob("*")
            if file.is_file()
        } == TREE
    # A flake with this archive as input is locked to the same hash.
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


def test_fetch_tree_fetches_the_locked_revision(
    locked_flake: FlakeProject, use_empty_store: Callable[[], None]
) -> None:
    pin = locked_flake.locked("a")
    locked_flake.a.commit({"words": "second"})
    use_empty_store()
    assert (fetchers.fetch_tree(pin) / "words").read_text() == "first of a"


@pytest.mark.parametrize(("key", "at"), [("narHash", 7), ("narHash", 30), ("rev", 0), ("rev", 39)])
def test_fetch_tree_refuses_a_changed_hash_or_revision(
    locked_flake: FlakeProject, key: str, at: int, use_empty_store: Callable[[], None]
) -> None:
    pin = locked_flake.locked("a")
    wrong = pin | {key: flipped(pin[key], at)}
    use_empty_store()
    with pytest.raises(StepFailedError) as caught:
        fetchers.fetch_tree(wrong)
    assert wrong[key] in caught.value.output


def test_a_missing_archive_is_requested_once(server: Server) -> None:
    url = server.url("/missing.tar.gz")
    for fetch in (fetchers.prefetch_tarball, fetchers.flake_prefetch):
        with pytest.raises(StepFailedError) as caught:
            fetch(url)
        assert "404" in caught.value.output
    assert len(server.ranges(url)) == 2, "one request each"


def test_a_file_that_is_not_an_archive_is_refused(server: Server) -> None:
    url = serve(server, b"<html>", "/other.tar.gz")
    with pytest.raises(StepFailedError):
        fetchers.prefetch_tarball(url)


def test_git_is_started_again_if_the_server_is_busy(
    server: Server, flake_project: FlakeProject, use_empty_store: Callable[[], None]
) -> None:
    """Nix runs git to fetch inputs that are repositories, and git does not try again by itself."""
    bare = flake_project.folder.with_name("bare")
    flake_project.a.git("clone", "--quiet", "--bare", ".", str(bare))
    subprocess.run(["git", "update-server-info"], cwd=bare, check=True)
    for file in bare.rglob("*"):
        if file.is_file():
            server.bodies[f"/a/{file.relative_to(bare)}"] = file.read_bytes()
    server.answers["/a/info/refs"] = iter([status(503), status(503)])
    # Another test may have fetched a commit of the same second, which is the same commit.
    use_empty_store()
    rev = flake_project.revs["a"]
    found = fetchers.flake_prefetch(f"git+{server.url('/a')}?ref=main&rev={rev}")
    assert (found.path / "words").read_text() == "first of a"
    assert len(server.asked["/a/info/refs"]) >= 3
