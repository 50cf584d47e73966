"""How to log in to an image, from its plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import documents

from voidgen.errors import WrongInputError
from voidgen.plan import accounts

ISO = Path("out/x.iso")
HASH = "$6$salt$" + "a" * 86


def of(user: str, root: str, *known: str) -> accounts.Accounts:
    options = {"password": user, "root-password": root}
    modules = [{"name": "live-password", "by": [], "options": options}]
    return accounts.of_plan(documents.plan(image={"user": "live"}, modules=modules), known)


def test_an_image_without_the_module_has_mklives_password() -> None:
    found = accounts.of_plan(documents.plan(image={"user": "live"}))
    assert found.in_words() == "live or root, password voidlinux"
    assert [one.password("") for one in found] == ["voidlinux", "voidlinux"]


def test_a_random_password_is_the_one_that_the_console_shows_last() -> None:
    printed = "    live  (password first)\n    live  (password last)\n    root  (password no)\n"
    assert of("random", "locked").user.password(printed) == "last"
    with pytest.raises(LookupError):
        of("random", "random").user.password("    liver  (password of-another)\n")


def test_each_account_has_its_own_words() -> None:
    assert of("none", "locked").in_words() == "live, without a password; or root, not by password"
    said = of(HASH, HASH).in_words()
    assert said == "live or root, with the password whose hash the image has"


def test_known_passwords_are_the_users_and_roots() -> None:
    one, two = of(HASH, HASH, "a"), of(HASH, HASH, "a", "b")
    assert [account.password("") for account in one] == ["a", "a"]
    assert [account.password("") for account in two] == ["a", "b"]
    two.check(ISO)


@pytest.mark.parametrize(
    ("user", "root", "said"),
    [
        ("locked", "locked", "no account that can log in"),
        (HASH, "none", "the password of live only as a hash"),
        ("none", HASH, "the password of root only as a hash"),
    ],
)
def test_a_test_that_cannot_log_in_is_refused(user: str, root: str, said: str) -> None:
    with pytest.raises(WrongInputError, match=said):
        of(user, root).check(ISO)
