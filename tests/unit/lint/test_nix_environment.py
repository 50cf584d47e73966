from attrs import evolve
from tests.support.overlay import FILE, config, module, resolved

from voidgen.config.nix import Nix
from voidgen.lint import nix_environment
from voidgen.plan.plan import plan

SET = evolve(config(), nix=Nix(locales=(), certificates="/a.crt"))


def test_keys_without_the_module_that_reads_them() -> None:
    found = [*nix_environment.warnings(plan(SET, resolved()), FILE)]
    assert [one.key for one in found] == [("nix", "locales"), ("nix", "certificates")]


def test_the_module_reads_the_keys() -> None:
    image = plan(SET, resolved(module("nix-profile")))
    assert not [*nix_environment.warnings(image, FILE)]


def test_no_key_is_set() -> None:
    assert not [*nix_environment.warnings(plan(config(), resolved()), FILE)]
