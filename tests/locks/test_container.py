"""Container images by digest: skopeo and podman look them up in a real registry."""

import gzip
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from tests.locks.project import (
    LOCK,
    changes,
    clone,
    commit,
    edit,
    lock_of,
    refused,
    well,
)
from tests.locks.site import Site
from tests.overlay.debian import unpacked
from tests.support.http_faults import closed_port
from tests.support.program import voidgen


@frozen
class Registry:
    """A registry on this machine."""

    name: str
    """The name of the images that `push` writes."""
    folder: Path

    def push(self, tag: str, content: bytes) -> str:
        """Push an image with a tag, and return its digest."""
        layout = self.folder / hashlib.sha256(content).hexdigest()
        digest = write_layout(layout, content)
        target = f"docker://{self.name}:{tag}"
        words = ["skopeo", "copy", "--insecure-policy", "--quiet", f"oci:{layout}:it", target]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return digest


def write_layout(folder: Path, content: bytes) -> str:
    """Write an image of one file (OCI image layout specification), and return its digest."""
    (folder / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("file")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    kind = "application/vnd.oci.image"
    layer = gzip.compress(stream.getvalue(), mtime=0)
    layers = [_blob(folder, layer, f"{kind}.layer.v1.tar+gzip")]
    whole = {"type": "layers", "diff_ids": [_digest(stream.getvalue())]}
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": whole}
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": _blob(folder, json.dumps(config).encode(), f"{kind}.config.v1+json"),
        "layers": layers,
    }
    found = _blob(folder, json.dumps(manifest).encode(), f"{kind}.manifest.v1+json")
    named = found | {"annotations": {"org.opencontainers.image.ref.name": "it"}}
    index = {"schemaVersion": 2, "manifests": [named]}
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return str(found["digest"])


def _blob(folder: Path, data: bytes, kind: str) -> dict[str, Any]:
    digest = _digest(data)
    folder.joinpath("blobs", *digest.split(":")).write_bytes(data)
    return {"mediaType": kind, "digest": digest, "size": len(data)}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    assert shutil.which("skopeo"), "install Debian's skopeo, as `make test` does"
    registry = unpacked("docker-registry") / "usr" / "bin" / "docker-registry"
    folder = tmp_path_factory.mktemp("registry")
    for _ in range(5):
        # Another program may take the port before the registry listens.
        with served(registry, folder, f"127.0.0.1:{free_port()}") as found:
            if found:
                yield found
                return
    raise AssertionError((folder / "log").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(registry: Path, folder: Path, address: str) -> Iterator[Registry | None]:
    """Run a registry; yield it once it answers, or None if it cannot listen at ``address``."""
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": address},
        "log": {"level": "error", "accesslog": {"disabled": True}},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    words = [str(registry), "serve", str(folder / "config.yml")]
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        yield Registry(f"{address}/tests/tiny", folder) if answers(address, started) else None
    finally:
        started.terminate()
        started.wait()


def answers(address: str, started: subprocess.Popen[bytes]) -> bool:
    """Wait until the registry answers; return False if it exits first."""
    while started.poll() is None:
        try:
            urllib.request.urlopen(f"http://{address}/v2/", timeout=60).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False


@pytest.fixture
def registry(running: Registry, monkeypatch: pytest.MonkeyPatch) -> Registry:
    address = running.name.partition("/")[0]
    # Some programs read only the variable, some only the file in the home.
    file = Path(os.environ["HOME"], ".config", "containers", "registries.conf")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'[[registry]]\nlocation = "{address}"\ninsecure = true\n')
    monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", str(file))
    return running


def with_image(locked: Path, folder: Path, image: str) -> Path:
    """Copy the locked project, with this image in voidgen.toml."""
    clone(locked, folder)
    with (folder / "voidgen.toml").open("a") as stream:
        stream.write(f'\n[container]   # where mklive runs\nimage = "{image}"   # a comment\n')
    commit(folder)
    return folder


def test_digest_that_the_registry_has_is_locked(
    registry: Registry, locked: Path, site: Site, tmp_path: Path
) -> None:
    image = f"{registry.name}:1@{registry.push('1', b'one')}"
    folder = with_image(locked, tmp_path / "project", image)
    lines = voidgen("lock", "--check", cwd=folder).out.splitlines()
    assert lines[0] == "voidgen.lock has another container: flake"
    said = well(folder, "lock").splitlines()
    assert said[0] == f"  ~ container image  flake -> {image}"
    assert said[-1] == "wrote voidgen.lock"
    assert lock_of(folder)["container"] == image
    assert lock_of(folder)["xbps"] == lock_of(locked)["xbps"]
    assert site.asked() == []
    # A locked digest is not looked up again.
    commit(folder)
    assert well(folder, "lock").splitlines()[-1] == "nothing changed"


@pytest.mark.parametrize("tag", ["", ":1"])
def test_digest_that_the_registry_does_not_have_is_refused(
    tag: str, registry: Registry, locked: Path, site: Site, tmp_path: Path
) -> None:
    assert site
    registry.push("1", b"one")
    image = f"{registry.name}{tag}@sha256:{'0' * 64}"
    folder = with_image(locked, tmp_path / "project", image)
    said = refused(folder, "lock")
    assert "manifest unknown" in said
    assert registry.name in said


def test_lock_fails_if_the_registry_is_unreachable(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    if not shutil.which("skopeo"):
        pytest.skip("needs skopeo (Debian package skopeo)")
    assert site
    image = f"127.0.0.1:{closed_port()}/tiny:1@sha256:{'0' * 64}"
    said = refused(with_image(locked, tmp_path / "project", image), "lock")
    assert "connection refused" in said


def test_update_writes_a_tags_later_digest_into_voidgen_toml(
    registry: Registry, locked: Path, site: Site, tmp_path: Path
) -> None:
    assert site
    old = f"{registry.name}:latest@{registry.push('latest', b'old')}"
    folder = with_image(locked, tmp_path / "project", old)
    well(folder, "lock")
    commit(folder)
    assert well(folder, "update", "container").splitlines()[-1] == "nothing changed"
    new = f"{registry.name}:latest@{registry.push('latest', b'new')}"
    assert new != old
    assert well(folder, "lock").splitlines()[-1] == "nothing changed"
    text = (folder / "voidgen.toml").read_text()

    said = well(folder, "update", "container").splitlines()
    assert said[0] == f"  ~ container image  {old} -> {new}"
    assert said[-1] == "wrote voidgen.lock, voidgen.toml"
    assert (folder / "voidgen.toml").read_text() == text.replace(old, new)
    assert "# where mklive runs" in text
    assert lock_of(folder)["container"] == new
    assert changes(folder) == [LOCK, "voidgen.toml"]
    assert well(folder, "lock", "--check") == "everything is locked\n"
    assert well(folder, "update", "container").splitlines()[-1] == "nothing changed"


def test_update_keeps_an_image_without_a_tag(
    registry: Registry, locked: Path, site: Site, tmp_path: Path
) -> None:
    assert site
    image = f"{registry.name}@{registry.push('latest', b'some')}"
    folder = with_image(locked, tmp_path / "project", image)
    well(folder, "lock")
    registry.push("latest", b"another")
    assert well(folder, "update", "container").splitlines()[-1] == "nothing changed"


def test_update_fails_if_the_tag_does_not_exist(
    registry: Registry, locked: Path, site: Site, tmp_path: Path
) -> None:
    assert site
    digest = registry.push("1", b"one")
    folder = with_image(locked, tmp_path / "project", f"{registry.name}:nope@{digest}")
    well(folder, "lock")
    commit(folder)
    assert "manifest unknown" in refused(folder, "update", "container")


def test_prefetch_prints_the_digest_of_a_tag(registry: Registry, tmp_path: Path) -> None:
    digest = registry.push("2", b"two")
    said = well(tmp_path, "prefetch", "--image", f"{registry.name}:2")
    assert said.splitlines() == [f"digest  {digest}", f"image   {registry.name}:2@{digest}"]
    told = json.loads(well(tmp_path, "prefetch", "--json", "--image", f"{registry.name}:2"))
    assert told == {"digest": digest, "image": f"{registry.name}:2@{digest}"}
    ran = voidgen("prefetch", "--image", f"{registry.name}:nope", cwd=tmp_path)
    assert (ran.status, ran.out) == (1, "")
    assert "manifest unknown" in ran.err


def test_podman_finds_the_same_digest(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("podman"):
        pytest.skip("needs podman (Debian package podman)")
    digest = registry.push("3", b"three")
    monkeypatch.setenv("PATH", str(only(tmp_path / "bin", "podman", os.environ)))
    storage = (
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/graph"\nrunroot = "{tmp_path}/run"\n'
    )
    (tmp_path / "storage.conf").write_text(storage)
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(tmp_path / "storage.conf"))
    trial = subprocess.run(["podman", "info"], capture_output=True, text=True, check=False)
    if trial.returncode:
        pytest.skip(f"podman does not run here: {trial.stderr.strip()}")
    said = well(tmp_path, "prefetch", "--image", f"{registry.name}:3")
    assert said.splitlines()[0] == f"digest  {digest}"


def test_lock_without_skopeo_podman_and_docker_says_what_to_install(
    locked: Path, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site
    folder = with_image(locked, tmp_path / "project", f"void.invalid/tiny:1@sha256:{'0' * 64}")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("git", "nix", "nix-instantiate"):
        only(tools, name, os.environ)
    monkeypatch.setenv("PATH", str(tools))
    assert "cannot be looked up without skopeo, podman or docker" in refused(folder, "lock")


def only(folder: Path, name: str, env: Mapping[str, str]) -> Path:
    """Make a folder for PATH that has a single program of this machine."""
    folder.mkdir(exist_ok=True)
    (folder / name).symlink_to(shutil.which(name, path=env["PATH"]) or name)
    return folder


def test_fetch_refuses_a_lock_with_another_container(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    assert site
    folder = with_image(locked, tmp_path / "project", f"void.invalid/tiny:1@sha256:{'0' * 64}")
    assert "voidgen.lock has another container: flake" in refused(folder, "fetch", status=2)


def test_image_must_have_a_digest(locked: Path, tmp_path: Path) -> None:
    folder = with_image(locked, tmp_path / "project", "void.invalid/tiny:latest")
    for words in (["lock"], ["update"], ["fetch"], ["lock", "--check"]):
        said = refused(folder, *words, status=2)
        assert "use the image's digest: a tag can change at any time" in said
    edit(folder, ":latest", f"@sha256:{'A' * 64}")
    assert "64 hexadecimal digits in lowercase" in refused(folder, "lock", status=2)
