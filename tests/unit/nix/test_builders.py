"""The machines that Nix's setting `builders` names."""

import pytest

from voidgen.nix import builders
from voidgen.nix.builders import Builder

HERE = "x86_64-linux"
MACHINES = "@/etc/nix/machines"


def parse(setting: str, file: str = "") -> list[Builder]:
    def read(path: str) -> str:
        assert path == MACHINES.removeprefix("@")
        return file

    return [*builders.parse(setting, read, HERE)]


def test_every_field() -> None:
    line = "ssh-ng://a aarch64-linux,armv7l-linux /key 8 2 kvm,uid-range benchmark c3No"
    (one,) = parse(line)
    assert one == Builder(
        "ssh-ng://a", ("aarch64-linux", "armv7l-linux"), ("kvm", "uid-range"), ("benchmark",)
    )


@pytest.mark.parametrize("line", ["ssh://a", "ssh://a -", "  ssh://a - - - - - - -"])
def test_defaults(line: str) -> None:
    assert parse(line) == [Builder("ssh://a", (HERE,), (), ())]


@pytest.mark.parametrize("setting", ["a ; b", "a\nb", "a x86_64-linux # c ; d\n\n# e\n;b"])
def test_several(setting: str) -> None:
    assert [one.url for one in parse(setting)] == ["a", "b"]


def test_a_file() -> None:
    file = "# mine\na\n\n@/other\nb -"
    assert [one.url for one in parse(f"x; {MACHINES} ;y", file)] == ["x", "a", "@/other", "b", "y"]
    assert parse(MACHINES) == []


def test_what_a_machine_takes() -> None:
    any_, kvm = Builder("a", (HERE,), ("kvm",), ()), Builder("a", (HERE,), (), ("kvm",))
    assert any_.takes(HERE)
    assert any_.takes(HERE, "kvm")
    assert not any_.takes("aarch64-linux")
    assert not any_.takes(HERE, "kvm", "uid-range")
    assert kvm.takes(HERE, "kvm")
    assert not kvm.takes(HERE)
