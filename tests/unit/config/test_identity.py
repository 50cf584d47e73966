"""The keys of [image] that name the image and its live system."""

from __future__ import annotations

from importlib import resources

import pytest

from voidgen.config import identity, timezones
from voidgen.config.image import ImageConfig
from voidgen.schema.rule import MisfitError, Rule

GOOD = {
    identity.HOSTNAME: ["a", "my-host", "3com", "A-1", "x" * 63],
    identity.TIMEZONE: ["UTC", "Europe/Zurich", "America/Argentina/Ushuaia", "Etc/GMT+12"],
}
BAD = {
    identity.HOSTNAME: [
        "", "-a", "a-", "a.b", "a_b", "123", "1-2", "localhost", "x" * 64, "é", "a\n", "a b",
    ],
    identity.TIMEZONE: ["", "/UTC", "../x", "a/../b", "Europe/", "a//b", "a b", "A/B/C/D", "x\n"],
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
