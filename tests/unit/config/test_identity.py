"""The keys of [image] that name the image and its live system."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from voidgen.config import identity, live_user, timezones
from voidgen.config.image import ImageConfig
from voidgen.schema.rule import MisfitError, Rule
from voidgen.system import iso_name

GOOD = {
    identity.HOSTNAME: ["a", "my-host", "3com", "A-1", "x" * 63],
    identity.TIMEZONE: ["UTC", "Europe/Zurich", "America/Argentina/Ushuaia", "Etc/GMT+12"],
    identity.FILE_NAME: ["{name}", "a", "void-{arch}-{date}", "{name}_{version}", "x" * 300],
    identity.VERSION: ["1", "1.2", "2026-12_rc1", "a"],
    identity.VOLUME_LABEL: ["A", "VOID_LIVE", "my-image-1.2_x", "3", "X" * 32],
    live_user.SHELL: ["/bin/zsh", "/usr/local/bin/my-sh_1.2+", "/nix/store/a-b/bin/fish"],
    identity.OS_RELEASE_KEY: ["VARIANT", "X_2"],
    identity.OS_RELEASE_VALUE: ["", 'é \\ " $x `y`'],
}
BAD = {
    identity.HOSTNAME: [
        "", "-a", "a-", "a.b", "a_b", "123", "1-2", "localhost", "x" * 64, "é", "a\n", "a b",
    ],
    identity.TIMEZONE: ["", "/UTC", "../x", "a/../b", "Europe/", "a//b", "a b", "A/B/C/D", "x\n"],
    identity.FILE_NAME: [
        "", "-a", ".a", "a/b", "../a", "a.iso", "{name}.iso", "{title}", "{", "a}", "a b", "é",
        "a\n",
    ],
    identity.VERSION: ["", "V1", "1 2", "-1", "1/2", "1+2", "é", "x" * 65, "1\n"],
    identity.VOLUME_LABEL: ["", "_A", "-A", ".A", "A B", "A/B", "A|B", "X" * 33, "É", "A\n"],
    live_user.SHELL: ["", "zsh", "bin/zsh", "/", "/bin/", "/bin/../sh", "/a:b", "/bin/sh -l", "/é"],
    identity.OS_RELEASE_KEY: ["", "Variant", "1X", "A-B", "A=", "A\n"],
    identity.OS_RELEASE_VALUE: ["a\nb", "\x1b[m", "\u2028", "\x85"],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), [(rule, one) for rule in GOOD for one in GOOD[rule]])
def test_a_good_value(rule: Rule, text: str) -> None:
    assert rule.check(text) == text


@pytest.mark.parametrize(("rule", "text"), [(rule, one) for rule in BAD for one in BAD[rule]])
def test_a_bad_value(rule: Rule, text: str) -> None:
    with pytest.raises(MisfitError):
        rule.check(text)


def test_every_zone_of_the_tz_database_is_taken() -> None:
    listed = resources.files("tzdata").joinpath("zones").read_text().split()
    assert len(listed) > 500
    for name in {*listed} - {"Factory"}:
        identity.TIMEZONE.check(name)
        assert timezones.hint_for_unknown_zone(name) is None


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Zurich", "did you mean 'Europe/Zurich'?"),
        ("America/Ushuaia", "did you mean 'America/Argentina/Ushuaia'?"),
        ("Europe/Zuric", "did you mean 'Europe/Zurich' or "),
        ("Qqq", "name a file below /usr/share/zoneinfo"),
    ],
)
def test_an_unknown_zone_gets_a_hint(name: str, near: str) -> None:
    with pytest.raises(MisfitError) as raised:
        ImageConfig("x", timezone=name)
    assert raised.value.key == ("timezone",)
    assert raised.value.remedy.startswith(near)


def test_the_default_file_name_is_the_images_name() -> None:
    assert ImageConfig("x").iso_stem("20261201") == "x"


def test_all_placeholders_are_filled() -> None:
    template = "{arch}.{date}.{version}.{name}.{name}"
    image = ImageConfig("x", version="1.2", file_name=template)
    assert image.iso_stem(iso_name.date_of(1_764_547_200)) == "x86_64.20251201.1.2.x.x"
    assert iso_name.date_of(1_764_547_199) == "20251130"


def refused(**keys: Any) -> tuple[tuple[object, ...], str]:
    with pytest.raises(MisfitError) as raised:
        ImageConfig("x" * 50, **keys)
    return raised.value.key, raised.value.what


def test_a_file_name_that_needs_a_version() -> None:
    key, what = refused(file_name="{name}-{version}")
    assert key == ("file-name",)
    assert "no version" in what


def test_a_file_name_that_is_too_long() -> None:
    assert ImageConfig("x" * 50, file_name="{name}" * 4).iso_stem("") == "x" * 200
    key, what = refused(file_name="{name}" * 4 + "{date}")
    assert key == ("file-name",)
    assert "208 bytes" in what


@pytest.mark.parametrize("key", sorted(identity.OF_VOID))
def test_voids_own_lines_stay(key: str) -> None:
    assert refused(os_release={key: "x"})[0] == ("os-release", key)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("IMAGE_VERSION", "1"),
        ("VARIANT_ID", "My Variant"),
        ("IMAGE_ID", ""),
        ("HOME_URL", "example.org"),
        ("BUG_REPORT_URL", "https://exa mple"),
    ],
)
def test_a_line_of_a_wrong_form(key: str, value: str) -> None:
    assert refused(os_release={key: value})[0] == ("os-release", key)


def test_other_lines_are_free() -> None:
    lines = {"VARIANT": "My Variant", "VARIANT_ID": "mine", "HOME_URL": "https://example.org/a?b"}
    assert ImageConfig("x", os_release={**lines, "PRETTY_NAME": "x", "X_OWN": ""})


def test_the_live_users_own_group() -> None:
    key, what = refused(groups=("audio", "live"))
    assert key == ("groups", 1)
    assert "own group" in what
    assert ImageConfig("x", groups=()).groups == ()


def test_two_shells_of_the_live_user() -> None:
    parameter = "live.shell=/bin/zsh"
    assert ImageConfig("x", cmdline=(parameter,)).cmdline == (parameter,)
    assert refused(cmdline=(parameter,), user_shell="/bin/zsh")[0] == ("cmdline", 0)
