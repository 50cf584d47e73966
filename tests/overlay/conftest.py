"""An image's overlay as a scratch root, in which programs run.

The programs are Debian's, from this machine's /usr; everything else of the root is the
overlay's, over the few files of /etc that any system has.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import tomlkit
from tests.overlay.live_nix import Baked, bake, install_overlay, install_store

from voidgen import project
from voidgen.tree import Directory, File, Link, Made, Node, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ETC = (
    "passwd",
    "group",
    "shadow",
    "gshadow",
    "login.defs",
    "nsswitch.conf",
    "ld.so.cache",
    "pam.d",
    "security",
)
"""What a scratch root takes from this machine's /etc."""

PROFILE = "/nix/store/stand-in-profile"
"""Stands in for the baked profile's store path."""


class Root:
    """A root filesystem in a folder.

    Its /usr is this machine's, read-only, with the folder's files on top; /usr/local is its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.has_proc = True
        self.binds: dict[str, Path] = {}
        """Folders of this machine, by their path in the root."""
        self.cmdline = "BOOT_IMAGE=/boot/vmlinuz root=live:CDLABEL=VOID_LIVE live.user=live"

    def path(self, path: str) -> Path:
        """Return where ``path`` of the root is on this machine."""
        return self.folder / path.lstrip("/")

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def argv(self, argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """Return a bubblewrap command that runs ``argv`` in the root, with its own processes."""
        cmdline = self.folder.parent / f"{self.folder.name}.cmdline"
        cmdline.write_text(f"{self.cmdline}\n")
        bound: list[str] = []
        for name in sorted(entry.name for entry in self.folder.iterdir()):
            if name not in {"usr", "proc", "dev", "tmp"}:
                bound += ["--bind", str(self.folder / name), f"/{name}"]
        local = self.folder / "usr" / "local"
        local.mkdir(parents=True, exist_ok=True)
        proc = ("--proc", "/proc", "--ro-bind", str(cmdline), "/proc/cmdline")
        links = [("usr/bin", "/bin"), ("usr/sbin", "/sbin"), ("usr/lib", "/lib")]
        if Path("/usr/lib64").is_dir():
            links.append(("usr/lib64", "/lib64"))
        return [
            "bwrap", "--die-with-parent",
            "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net",
            "--clearenv", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/usr/sbin",
            *(part for name, value in env.items() for part in ("--setenv", name, value)),
            "--ro-bind", "/usr", "/usr", *self._over("/usr"), "--bind", str(local), "/usr/local",
            *(part for target, link in links for part in ("--symlink", target, link)),
            *bound,
            *(part for place, source in self.binds.items()
              for part in ("--ro-bind", str(source), place)),
            "--dev", "/dev", *(proc if self.has_proc else ()),
            "--perms", "1777", "--tmpfs", "/tmp", "--chdir", "/", "--", *argv,
        ]  # fmt: skip

    def _over(self, folder: str) -> Iterator[str]:
        """Return bubblewrap's arguments that mount this root's ``folder`` over this machine's."""
        below = Path(folder)
        own = {entry.name: entry for entry in sorted(self.path(folder).iterdir())}
        links = {name for name, entry in own.items() if entry.is_symlink()}
        if links or any(not os.path.lexists(below / name) for name in own):
            # Nothing can be added to a read-only folder. So a tmpfs has links to all its entries:
            # thousands of mounts would take seconds.
            aside = f"/.machine{folder.replace('/', '-')}"
            yield from ("--ro-bind", folder, aside, "--tmpfs", folder)
            for entry in (entry for entry in below.iterdir() if entry.name not in links):
                if entry.is_symlink():
                    yield from ("--symlink", str(entry.readlink()), str(entry))
                elif entry.name in own:
                    yield from ("--ro-bind", str(entry), str(entry))
                else:
                    yield from ("--symlink", f"{aside}/{entry.name}", str(entry))
        for name, entry in own.items():
            path = str(below / name)
            if name in links:
                yield from ("--symlink", str(entry.readlink()), path)
            elif entry.is_dir() and Path(path).is_dir():
                yield from self._over(path)
            else:
                yield from ("--ro-bind", str(entry), path)

    def run(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        timeout: float = 300,
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the root; if it fails, the error has its output."""
        done = subprocess.run(
            self.argv(argv, env or {}),
            input=stdin, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        if check:
            assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done


class MakeRoot(Protocol):
    def __call__(
        self,
        *modules: str,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        image: Mapping[str, Any] | None = None,
        nix: Mapping[str, Any] | None = None,
        own: Path | None = None,
    ) -> Root: ...


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Baked:
    """The offline example, built by the real Nix."""
    return bake(tmp_path_factory.mktemp("baked"))


@pytest.fixture
def make_root(tmp_path: Path) -> MakeRoot:
    """A function that makes the scratch root of an image with the given modules.

    ``options``, ``image`` and ``nix`` go into its voidgen.toml, ``own`` is an overlay-src of its
    own.
    """

    def make(
        *modules: str,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        image: Mapping[str, Any] | None = None,
        nix: Mapping[str, Any] | None = None,
        own: Path | None = None,
    ) -> Root:
        folder = tmp_path / f"project-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        settings = {
            "image": {"name": "test", **(image or {})},
            "nix": dict(nix or {}),
            "mklive": {},
            "overlay": {"modules": list(modules), "options": dict(options or {})},
        }
        (folder / "voidgen.toml").write_text(tomlkit.dumps(settings))
        if own:
            shutil.copytree(own, folder / "overlay-src", symlinks=True)
        root = Root(tmp_path / f"{folder.name}-root")
        _assemble(project.load(folder), root)
        return root

    return make


def _unreadable(folder: str, names: list[str]) -> list[str]:
    """Return the files that only root can read; tests that need them also need root."""
    return [name for name in names if not os.access(f"{folder}/{name}", os.R_OK)]


@pytest.fixture
def live_root(tmp_path: Path, baked: Baked) -> Root:
    """A scratch root with the baked image's overlay and store, as in the ISO."""
    root = Root(tmp_path / "live-root")
    _system(root)
    install_overlay(baked, root)
    install_store(baked, root)
    return root


def _assemble(image: project.Project, root: Root) -> None:
    _system(root)
    # Databases last, because they are made from the other files.
    for path, node in sorted(image.overlay.items(), key=lambda item: isinstance(item[1], Made)):
        place = root.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        _put(node, place, root)


def _system(root: Root) -> None:
    """Write the files that any system has."""
    for name in ("etc", "var/log", "run", "root", "home", "nix"):
        root.path(name).mkdir(parents=True, exist_ok=True)
    for name in ETC:
        source, place = Path("/etc") / name, root.path(f"etc/{name}")
        if source.is_dir():
            shutil.copytree(source, place, ignore=_unreadable)
        elif os.access(source, os.R_OK):
            shutil.copy2(source, place)


def _put(node: Node, place: Path, root: Root) -> None:
    match node:
        case File():
            place.write_bytes(node.data)
            place.chmod(node.mode)
        case Link():
            place.symlink_to(node.target.replace("@profile@", PROFILE, 1))
        case Made(type="directory"):
            place.mkdir()
        case Directory():
            place.mkdir(exist_ok=True)
            if node.mode is not None:
                place.chmod(node.mode)
        case Made(Recipe(kind="mklive-file", arguments=arguments)):
            place.write_text(f"#!/bin/sh\n# Stands in for mklive's {arguments['name']}.\n")
            place.chmod(0o755)
        case Made(Recipe(kind="dconf-database", arguments=arguments)):
            folder = root.path(arguments["keyfiles"])
            subprocess.run(["dconf", "compile", place, folder], check=True)
        case Made():
            place.write_bytes(gzip.compress(b"# Stands in for what ckbcomp makes.\n"))


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="makes users: run the tests as root")
shells = pytest.mark.parametrize(
    "shell",
    [
        pytest.param(("dash",), id="dash"),
        pytest.param(("busybox", "ash"), id="ash", marks=pytest.mark.slow),
        pytest.param(("bash", "--posix"), id="posix", marks=pytest.mark.slow),
    ],
)
"""Runs a test once for each shell that /bin/sh may be: in `make test`, Void's own."""
