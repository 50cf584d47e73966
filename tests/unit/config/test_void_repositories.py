"""Void's own repositories by architecture, as its xbps package configures them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import pytest
from tests.support.program import voidgen, write

from voidgen.config import void_repositories
from voidgen.config.architectures import Arch
from voidgen.config.mklive_options import host_arch
from voidgen.config.void_repositories import Void

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://repo-default.voidlinux.org/current"
OWN = {
    "x86_64": [BASE],
    "i686": [BASE],
    "x86_64-musl": [f"{BASE}/musl", BASE],
    "aarch64": [f"{BASE}/aarch64"],
    "aarch64-musl": [f"{BASE}/aarch64"],
}
HAVE = {
    BASE: {"x86_64", "i686"},
    f"{BASE}/musl": {"x86_64-musl"},
    f"{BASE}/aarch64": {"aarch64", "aarch64-musl"},
}
"""etc/xbps.d of void-packages (f340b276df2): repos-remote.conf, -musl, -aarch64, -aarch64-musl."""


def test_every_architecture_has_a_case() -> None:
    assert set(OWN) == {*get_args(Arch)}


@pytest.mark.parametrize("arch", OWN)
def test_urls_of_an_architecture(arch: str) -> None:
    own = Void(arch)
    assert [*own.urls(["void:"])] == OWN[arch]
    have = set().union(*(HAVE[url] for url in OWN[arch]))
    assert {arch, host_arch(arch)} <= have
    (nonfree,) = own.urls(["void:nonfree"])
    assert nonfree == f"{OWN[arch][0]}/nonfree"
    assert own.urls(["https://example.org/a"]) == ("https://example.org/a",)


@pytest.mark.parametrize(
    ("url", "arch", "expected"),
    [
        (BASE, "aarch64", f"{BASE}/aarch64"),
        (f"{BASE}/musl/", "x86_64", BASE),
        (f"{BASE}/aarch64", "x86_64-musl", f"{BASE}/musl"),
        ("http://mirror.example.org/void/current", "aarch64-musl", "http://mirror.example.org/void/current/aarch64"),
        ("https://example.org/packages", "aarch64", None),
        (f"{BASE}/nonfree", "aarch64", None),
    ],
)  # fmt: skip
def test_url_for_arch(url: str, arch: str, expected: str | None) -> None:
    assert void_repositories.url_for_arch(url, arch) == expected


@pytest.mark.parametrize("arch", OWN)
def test_init_has_the_architectures_repositories(arch: str, tmp_path: Path) -> None:
    assert voidgen("init", "--preset=console", f"--arch={arch}", "a", cwd=tmp_path).status == 0
    shown = json.loads(voidgen("show", "--json", cwd=tmp_path / "a").out)
    assert shown["image"]["arch"] == arch
    assert [one["name"] for one in shown["xbps"]["repositories"]] == OWN[arch]


def test_a_modules_repository_follows_the_architecture(repository: Path) -> None:
    text = '[image]\nname = "a"\narch = "x86_64-musl"\n[overlay]\nmodules = ["intel-ucode"]\n'
    write(repository, {"voidgen.toml": text})
    shown = json.loads(voidgen("show", "--json", cwd=repository).out)
    assert {one["name"]: one["by"] for one in shown["xbps"]["repositories"]} == {
        f"{BASE}/musl": [{"kind": "file", "name": "voidgen.toml"}],
        BASE: [{"kind": "file", "name": "voidgen.toml"}],
        f"{BASE}/musl/nonfree": [{"kind": "module", "name": "intel-ucode"}],
    }
    said = voidgen("why", f"{BASE}/musl/nonfree", cwd=repository)
    assert "intel-ucode/module.toml:6" in said.out
    assert voidgen("why", BASE, cwd=repository).status == 0


def test_init_offline_refuses_the_option_arch(tmp_path: Path) -> None:
    ran = voidgen("init", "--offline", "--arch=i686", "a", cwd=tmp_path)
    assert (ran.status, "--arch" in ran.err) == (2, True)
