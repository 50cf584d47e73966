from typing import Any

import pytest
from attrs import evolve
from tests.support.lock import IMAGE, digest, package
from tests.support.overlay import FILE, config, module, resolved

from voidgen.config.architectures import Arch
from voidgen.config.image import ImageConfig
from voidgen.config.mklive import Mklive
from voidgen.config.types import Config, Container, Xbps
from voidgen.lock import status
from voidgen.lock.flake_lock import Input
from voidgen.lock.types import Lock
from voidgen.overlay.resolve import resolve
from voidgen.plan.plan import Plan, plan
from voidgen.xbps.types import Request
from voidgen.xbps.types import Xbps as Locked

URLS = ("https://b.example.org", "https://a.example.org")
NIXPKGS = Input("nixpkgs", "github:a/b", "0123", "2026-01-02", digest("nixpkgs"))
MKLIVE = Input("mklive", "github:a/c", "4567", "2026-01-02", digest("mklive"))
INPUTS = [NIXPKGS, MKLIVE]
REQUEST = Request("x86_64", digest("mklive"), ("htop", "zsh"), URLS)
PACKAGES = (package("htop-1_1"), package("zsh-1_1"))
LOCK = Lock("flake", Locked(REQUEST, packages=PACKAGES))


def planned(*names: str, image: str = "flake", arch: Arch = "x86_64", **more: Any) -> Plan:
    settings: Config = evolve(
        config(),
        image=ImageConfig("test", arch=arch),
        mklive=Mklive(),
        container=Container(image=image),
        xbps=Xbps(repositories=URLS, packages=names),
    )
    settings = evolve(settings, **more)
    return plan(settings, resolve(settings, {}, FILE))


def locked(**changes: Any) -> Lock:
    """Return a lock for another request."""
    return Lock("flake", Locked(evolve(REQUEST, **changes), packages=PACKAGES))


def test_the_request_of_a_plan() -> None:
    assert status.request(planned("htop", "zsh"), INPUTS) == REQUEST
    assert status.request(planned("htop", "zsh", arch="aarch64-musl"), iter(INPUTS)) == evolve(
        REQUEST, arch="aarch64-musl"
    )


def test_the_request_includes_packages_of_modules() -> None:
    found = resolved(module("m", packages={"xbps": ["acl"]}), xbps=["htop"])
    asked = status.request(plan(planned().config, found), INPUTS)
    assert asked
    assert sorted(asked.packages) == ["acl", "htop"]


@pytest.mark.parametrize("inputs", [[], [NIXPKGS], [NIXPKGS, Input("mklive", "github:a/c")]])
def test_there_is_no_request_until_mklive_is_locked(inputs: list[Input]) -> None:
    assert status.request(planned("htop"), inputs) is None


def test_a_complete_lock_has_nothing_unlocked() -> None:
    assert status.unlocked(planned("htop", "zsh"), INPUTS, LOCK) == []
    assert status.unlocked(planned("htop", "zsh"), iter(INPUTS), LOCK) == []


def test_unlocked_inputs_are_reported() -> None:
    inputs = [Input(one.name, one.reference) for one in INPUTS]
    lines = [
        "flake.lock has no nixpkgs from github:a/b",
        "flake.lock has no mklive from github:a/c",
    ]
    # Without mklive, the request is unknown.
    assert status.unlocked(planned("other"), inputs, LOCK) == lines
    none = "voidgen.lock does not have Void's packages"
    assert status.unlocked(planned("other"), inputs, None) == [*lines, none]


@pytest.mark.parametrize("lock", [None, Lock("flake"), Lock(IMAGE)])
def test_a_lock_without_void_packages_is_reported(lock: Lock | None) -> None:
    none = ["voidgen.lock does not have Void's packages"]
    assert status.unlocked(planned("htop"), INPUTS, lock) == none


@pytest.mark.parametrize("lock", [None, Lock(IMAGE), LOCK])
def test_without_mklive_only_flake_lock_is_needed(lock: Lock | None) -> None:
    bare = planned("htop", mklive=None)
    assert status.unlocked(bare, [NIXPKGS], lock) == []
    assert status.unlocked(bare, [Input("nixpkgs", "github:a/b")], lock) == [
        "flake.lock has no nixpkgs from github:a/b"
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"arch": "i686"}, "voidgen.lock is for i686, and the image for x86_64"),
        ({"mklive": digest("other")}, "voidgen.lock has the packages of another mklive"),
        # Whose package it is, the first repository that has it decides.
        ({"repositories": URLS[::-1]}, "voidgen.lock has packages of other repositories"),
        ({"repositories": URLS[:1]}, "voidgen.lock has packages of other repositories"),
        ({"packages": ("htop",)}, "voidgen.lock does not have zsh"),
        ({"packages": ()}, "voidgen.lock does not have htop, zsh"),
        (
            {"packages": ("zsh", "htop", "vim", "acl")},
            "voidgen.lock has acl, vim, which nothing asks for any more",
        ),
    ],
)
def test_a_lock_for_another_request_is_reported(changes: dict[str, Any], line: str) -> None:
    assert status.unlocked(planned("htop", "zsh"), INPUTS, locked(**changes)) == [line]


def test_every_difference_is_reported() -> None:
    lock = evolve(
        locked(arch="i686", mklive=digest("x"), packages=("a",), repositories=()), container=IMAGE
    )
    lines = status.unlocked(planned("b"), [Input("nixpkgs", "github:a/b"), MKLIVE], lock)
    assert lines == [
        "flake.lock has no nixpkgs from github:a/b",
        f"voidgen.lock has another container: {IMAGE}",
        "voidgen.lock is for i686, and the image for x86_64",
        "voidgen.lock has the packages of another mklive",
        "voidgen.lock has packages of other repositories",
        "voidgen.lock does not have b",
        "voidgen.lock has a, which nothing asks for any more",
    ]


def test_another_container_is_reported() -> None:
    found = status.unlocked(planned("htop", "zsh", image=IMAGE), INPUTS, LOCK)
    assert found == ["voidgen.lock has another container: flake"]
    assert (
        status.unlocked(planned("htop", "zsh", image=IMAGE), INPUTS, evolve(LOCK, container=IMAGE))
        == []
    )


def test_the_request_has_what_is_not_mklives_default() -> None:
    xbps = Xbps(repositories=URLS, packages=("htop", "zsh"), kernel="linux6.12", ignore=("wifi",))
    plan_ = planned(xbps=xbps)
    asked = status.request(plan_, INPUTS)
    assert asked == evolve(REQUEST, kernel="linux6.12", ignore=("wifi",))
    assert status.unlocked(plan_, INPUTS, LOCK) == [
        "voidgen.lock is for another [xbps] kernel",
        "voidgen.lock is for another [xbps] ignore",
    ]
