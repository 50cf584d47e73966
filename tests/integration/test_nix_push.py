"""`voidgen push`: another machine gets everything from a Nix store, and builds nothing."""

import subprocess
from pathlib import Path

import pytest
from tests.integration.machine import Machine, hashes, ssh
from tests.integration.offline import SYSTEM, Nix
from tests.support.program import voidgen

from voidgen.nix import flakes
from voidgen.progress import NoProgress


@pytest.fixture
def machine(empty_nix: Nix, tmp_path: Path) -> Machine:
    return Machine(empty_nix, tmp_path / "other")


@pytest.fixture
def key(empty_nix: Nix, tmp_path: Path) -> Path:
    return _key(empty_nix, tmp_path / "cache.key")


def _key(nix: Nix, file: Path) -> Path:
    file.write_text(nix.run("nix", "key", "generate-secret", "--key-name", f"{file.stem}-1"))
    return file


def _public(nix: Nix, key: Path) -> str:
    with key.open() as stream:
        argv = ["nix", "key", "convert-secret-to-public"]
        return subprocess.run(
            argv, env=nix.env, stdin=stream, check=True, capture_output=True, text=True
        ).stdout.strip()


def _use_cache(project: Path, store: str, public: str) -> None:
    text = (project / "voidgen.toml").read_text().partition("\n[cache]")[0]
    text += f"\n[cache]\nstores = ['{store}']\nkeys = ['{public}']\n"
    (project / "voidgen.toml").write_text(text)
    assert voidgen("generate", cwd=project).status == 0


def test_push_to_a_folder(
    example: Path, empty_nix: Nix, machine: Machine, key: Path, tmp_path: Path
) -> None:
    store = f"file://{tmp_path}/cache"
    pushed = voidgen("push", store, "--key", str(key), cwd=example)
    assert pushed.status == 0, pushed.err
    public = _public(empty_nix, key)
    *_, title, stores, keys = pushed.out.splitlines()
    assert (title, stores) == ("  [cache]", f"  stores = ['{store}']")
    assert keys == f"  keys = ['{public}']"
    infos = [one.read_text() for one in (tmp_path / "cache").glob("*.narinfo")]
    assert infos
    assert all("\nCompression: zstd\n" in one for one in infos)

    # Without the cache, the build fails.
    assert machine.build(example).returncode == 1
    # With another key, Nix refuses what the cache has.
    _use_cache(example, store, _public(empty_nix, _key(empty_nix, tmp_path / "other.key")))
    refused = machine.build(example)
    assert refused.returncode == 1
    assert "not signed by any of the keys" in refused.stderr, refused.stderr

    _use_cache(example, store, public)
    built = machine.build(example)
    assert built.returncode == 0, built.stderr
    top = built.stdout.strip()
    here = hashes(empty_nix.run("nix", "path-info", "--json", "--recursive", top))
    assert machine.hashes(top) == here
    assert len(here) > 10
    # flake.nix names the cache, so Nix uses it without voidgen.
    words = ("nix", "build", "--no-link", "--accept-flake-config", "--max-jobs", "0", example)
    alone = Machine(empty_nix, tmp_path / "third")
    assert alone.run(*words).returncode == 0


def test_push_uses_the_compression_in_the_url(
    example: Path, empty_nix: Nix, key: Path, tmp_path: Path
) -> None:
    assert empty_nix
    store = f"file://{tmp_path}/cache?compression=bzip2"
    pushed = voidgen("push", store, "--key", str(key), cwd=example)
    assert pushed.status == 0, pushed.err
    infos = [one.read_text() for one in (tmp_path / "cache").glob("*.narinfo")]
    assert infos
    assert all("\nCompression: bzip2\n" in one for one in infos)


def test_an_altered_file_in_the_cache_is_refused(
    example: Path, empty_nix: Nix, machine: Machine, key: Path, tmp_path: Path
) -> None:
    store = f"file://{tmp_path}/cache"
    assert voidgen("push", store, "--key", str(key), cwd=example).status == 0
    _use_cache(example, store, _public(empty_nix, key))
    infos = [one.read_text() for one in (tmp_path / "cache").glob("*.narinfo")]
    (info,) = (one for one in infos if "-busybox-" in one.partition("\n")[0])
    nar = tmp_path / "cache" / info.partition("\nURL: ")[2].partition("\n")[0]
    data = bytearray(nar.read_bytes())
    data[len(data) // 2] ^= 1
    nar.write_bytes(data)
    built = machine.build(example)
    assert built.returncode == 1
    assert "-busybox-" in built.stderr


def test_push_over_ssh_needs_a_trusted_key(
    example: Path, empty_nix: Nix, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(empty_nix, tmp_path / "other")
    with ssh(machine, empty_nix.env, tmp_path / "ssh") as (store, options):
        monkeypatch.setenv("NIX_SSHOPTS", options)
        refused = voidgen("push", store, "--key", str(key), cwd=example)
        assert refused.status == 1
        assert "lacks a valid signature" in refused.err
    config = f"{empty_nix.env['NIX_CONFIG']}\ntrusted-public-keys = {_public(empty_nix, key)}\n"
    trusting = {**empty_nix.env, "NIX_CONFIG": config}
    with ssh(machine, trusting, tmp_path / "ssh-trusting") as (store, options):
        monkeypatch.setenv("NIX_SSHOPTS", options)
        pushed = voidgen("push", store, "--key", str(key), cwd=example)
        assert pushed.status == 0, pushed.err
    built = machine.build(example)
    assert built.returncode == 0, built.stderr
    top = built.stdout.strip()
    here = hashes(empty_nix.run("nix", "path-info", "--json", "--recursive", top))
    assert machine.hashes(top) == here


def test_push_refuses_wrong_arguments(example: Path, key: Path, tmp_path: Path) -> None:
    ran = voidgen("push", str(tmp_path), "--key", str(key), cwd=example)
    assert (ran.status, "is not the URL of a Nix store" in ran.err) == (2, True)
    missing = voidgen("push", "file:///x", "--key", str(tmp_path / "no"), cwd=example)
    assert (missing.status, "nix key generate-secret" in missing.err) == (2, True)
    (tmp_path / "public").write_text("name:c2VjcmV0")
    wrong = voidgen("push", "file:///x", "--key", str(tmp_path / "public"), cwd=example)
    assert (wrong.status, "is not a secret key" in wrong.err) == (2, True)
    assert "c2VjcmV0" not in wrong.err
    closed = voidgen("push", "file:///proc/x", "--key", str(key), cwd=example)
    assert closed.status == 1


def test_nix_builds_on_another_machine_over_ssh(
    example: Path, empty_nix: Nix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(empty_nix, tmp_path / "other")
    with ssh(machine, empty_nix.env, tmp_path / "ssh") as (store, options):
        # The builder takes them all at once: otherwise, Nix waits for seconds before it asks again.
        config = (
            f"builders = {store} {SYSTEM} - 20\nmax-jobs = 0\nbuilders-use-substitutes = false\n"
        )
        monkeypatch.setenv("NIX_CONFIG", f"{empty_nix.env['NIX_CONFIG']}\n{config}")
        monkeypatch.setenv("NIX_SSHOPTS", options)
        top = str(flakes.build(str(example), "default", NoProgress()))
    here = hashes(empty_nix.run("nix", "path-info", "--json", "--recursive", top))
    assert machine.hashes(top) == here
