import json
import re

from attrs import evolve
from tests.support.overlay import FILE, config, module, resolved

from voidgen.config.nix import Nix, PackageSet
from voidgen.config.rules import NIX_PACKAGE, XBPS_PACKAGE
from voidgen.errors import Fault
from voidgen.lint import privileged
from voidgen.overlay.resolve import resolve
from voidgen.plan.plan import plan

SETS = {"old": PackageSet("github:a/b"), "tools": PackageSet(flake="github:a/c")}


def found(*packages: str, accepted: tuple[str, ...] = ()) -> list[Fault]:
    settings = evolve(config(), nix=Nix(packages=packages, unprivileged=accepted, sets=SETS))
    return [*privileged.warnings(plan(settings, resolve(settings, {}, FILE)), FILE)]


def test_each_need_has_its_words_and_the_line_that_asks() -> None:
    warnings = found("hello", "sudo", "mtr", "ly^out")
    lacks = "which the Nix store cannot have"
    assert [one.what for one in warnings] == [
        f"sudo works only for root: it needs a setuid bit, {lacks}",
        f"mtr works only for root: it needs file capabilities, {lacks}",
        f"ly cannot check passwords: PAM of Nix needs a setuid bit, {lacks}",
    ]
    assert [one.key[2] for one in warnings] == [1, 2, 3]
    assert {one.file for one in warnings} == {FILE}


def test_the_remedy_names_voids_package_if_there_is_one() -> None:
    (doas,) = found("doas")
    assert doas.remedy.startswith("remove it, and add opendoas to [xbps] packages; or accept it: ")
    (ly,) = found("ly")
    assert ly.remedy == 'remove it; or accept it: unprivileged = ["ly"] in [nix]'


def test_an_accepted_package_has_no_warning() -> None:
    assert not found("sudo^man", accepted=("sudo",))


def test_a_flake_may_use_the_name_for_another_program() -> None:
    (warning,) = found("tools.sudo", "old.sudo")
    assert warning.key == ("nix", "packages", 1)


def test_a_modules_package_is_found_in_its_file() -> None:
    one = module("m", packages={"nix": ["hello", "swaylock"]})
    image = plan(config(modules=("m",)), resolved(one))
    (warning,) = privileged.warnings(image, FILE)
    assert (warning.file, warning.key) == (one.file, ("packages", "nix", 1))


def test_the_table_has_names_of_packages() -> None:
    table: dict[str, dict[str, str]] = json.loads(privileged.FILE.read_bytes())
    assert set(table) == {"setuid", "capabilities", "pam"}
    for packages in table.values():
        assert [*packages] == sorted(packages)
        for name, instead in packages.items():
            assert re.fullmatch(NIX_PACKAGE.pattern, name)
            assert not instead or re.fullmatch(XBPS_PACKAGE.pattern, instead)
    names = [name for packages in table.values() for name in packages]
    assert len(names) == len({*names})
