import json
import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.support.overlay import FILE, by, config, module, resolved

from voidgen.config.architectures import Arch
from voidgen.config.image import ImageConfig
from voidgen.config.rules import NIX_PACKAGE
from voidgen.config.types import Config
from voidgen.errors import WrongInputError
from voidgen.overlay.resolve import resolve
from voidgen.plan.plan import Package, Plan, plan
from voidgen.schema.rule import MisfitError


def _plan(settings: Config) -> Plan:
    return plan(settings, resolve(settings, {}, FILE))


@pytest.mark.parametrize(
    ("name", "path", "outputs"),
    [
        ("hello", ("hello",), ()),
        ("kdePackages.kate", ("kdePackages", "kate"), ()),
        ("openssl^dev", ("openssl",), ("dev",)),
        ("openssl^out,dev", ("openssl",), ("out", "dev")),
        ("openssl^*", ("openssl",), ("*",)),
        ('a."b.c".d^dev', ("a", "b.c", "d"), ("dev",)),
        ('"7zip"', ("7zip",), ()),
        ("x.a'.b", ("x", "a'", "b"), ()),
    ],
)
def test_a_packages_name_is_split_into_path_and_outputs(
    name: str, path: tuple[str, ...], outputs: tuple[str, ...]
) -> None:
    (package,) = _plan(config(nix=[name])).packages
    assert package == Package(name, path, outputs, by("voidgen.toml"))


BARE = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_'+-]*", fullmatch=True)
QUOTED = st.text(st.characters(exclude_categories=["Cs", "Z"]), min_size=1).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)


@given(
    parts=st.lists(BARE | QUOTED, min_size=1),
    outputs=st.lists(st.from_regex("[a-z]+", fullmatch=True), max_size=2),
)
def test_any_path_is_split_into_its_parts(parts: list[str], outputs: list[str]) -> None:
    name = ".".join(parts) + ("^" + ",".join(outputs) if outputs else "")
    try:
        NIX_PACKAGE.check(name)
    except MisfitError:
        assert re.search(r"[\\$^\s]", "".join(parts)), "only these need another spelling"
        return
    (package,) = _plan(config(nix=[name])).packages
    assert package.path == tuple(json.loads(p) if p[0] == '"' else p for p in parts)
    assert package.outputs == tuple(outputs)


def test_packages_record_who_asked() -> None:
    found = resolved(module("a", packages={"nix": ["x"]}), nix=["y", "x"])
    packages = plan(config(), found).packages
    assert [(package.name, package.by) for package in packages] == [
        ("y", by("voidgen.toml")),
        ("x", by("voidgen.toml", "module a")),
    ]


def test_command_line_begins_with_the_live_user() -> None:
    image = ImageConfig("a", user="me", cmdline=("quiet", "a=b"))
    assert _plan(evolve(config(), image=image)).cmdline == ("live.user=me", "quiet", "a=b")


@pytest.mark.parametrize(
    ("arch", "system"),
    [
        ("x86_64", "x86_64-linux"),
        ("x86_64-musl", "x86_64-linux"),
        ("i686", "i686-linux"),
        ("aarch64", "aarch64-linux"),
        ("aarch64-musl", "aarch64-linux"),
    ],
)
def test_the_system_follows_the_architecture(arch: Arch, system: str) -> None:
    assert _plan(evolve(config(), image=ImageConfig("a", arch=arch))).system == system


def test_a_wrong_configuration_has_no_plan() -> None:
    with pytest.raises(WrongInputError):
        _plan(config(["missing"]))
