"""Variants of voidgen.toml: what they merge to, and what is wrong with them."""

from pathlib import Path

import pytest

from voidgen import config
from voidgen.config import variants
from voidgen.config.variants import Variant
from voidgen.errors import Fault, WrongInputError
from voidgen.schema import toml

BASE = """
[image]
name = "mine"
cmdline = ["quiet"]

[nix]
packages = ["greet", "clock"]

[nix.sets.old]
nixpkgs = "./old"
overlays = ["nix/a.nix"]

[overlay]
modules = ["live-user", "welcome"]

[overlay.options.welcome]
message = "Hello."
names = ["a", "b"]

"""
PLACE = Path("voidgen.toml")


def read(text: str, base: str = BASE) -> dict[str, Variant]:
    _, found = config.load_all(Path(), base + text)
    return {one.name: one for one in found}


def faults(text: str, base: str = BASE) -> list[tuple[str, str, str]]:
    """Return what is wrong, where, and what to do."""
    with pytest.raises(WrongInputError) as error:
        read(text, base)
    return [(one.what, toml.spell(one.key), one.remedy) for one in error.value.faults]


def test_without_variants() -> None:
    settings, found = config.load_all(Path(), BASE)
    assert (settings.image.name, found) == ("mine", ())


def test_values_replace_and_tables_merge() -> None:
    found = read("""
[variants.arm.image]
arch = "aarch64"
cmdline = ["debug"]
[variants.arm.overlay.options.welcome]
message = "Arm."
[variants.arm.overlay.options.other]
more = true
""")["arm"].settings
    assert (found.image.name, found.image.arch, found.image.cmdline) == (
        "mine-arm", "aarch64", ("debug",),
    )  # fmt: skip
    assert found.overlay.options["welcome"] == {"message": "Arm.", "names": ("a", "b")}
    assert found.overlay.options["other"] == {"more": True}
    assert found.nix.packages == ("greet", "clock")


def test_lists_lose_and_gain_elements() -> None:
    found = read("""
[variants.big.nix]
packages.add = ["notebook"]
packages.remove = ["greet"]
[variants.big.xbps]
repositories.add = ["void:nonfree"]
packages.add = ["htop"]
[variants.big.overlay]
options.welcome.names.add = ["c"]
""")["big"].settings
    assert found.nix.packages == ("clock", "notebook")
    assert (found.xbps.packages, found.xbps.repositories) == (("htop",), ("void:", "void:nonfree"))
    assert found.overlay.options["welcome"]["names"] == ("a", "b", "c")


def test_entries_of_the_boot_menu_may_be_called_add() -> None:
    found = read('[variants.menu.boot.entries.add]\ntitle = "More"\ncmdline = ["x"]\n')["menu"]
    assert found.settings.boot
    assert found.settings.boot.entries["add"].title == "More"


def test_a_variant_changes_the_overlays_of_package_sets() -> None:
    text = '[variants.x.nix]\noverlays = ["c.nix"]\n[variants.x.nix.sets.old]\n'
    nix = read(text + 'overlays.add = ["b.nix"]\n')["x"].settings.nix
    assert nix.overlays == ("c.nix",)
    assert nix.sets["old"].nixpkgs == "./old"
    assert nix.sets["old"].overlays == ("nix/a.nix", "b.nix")


def test_variants_are_sorted_by_name() -> None:
    assert [*read('[variants.b.image]\ntitle = "B"\n[variants.a.image]\ntitle = "A"\n')] == [
        "a", "b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[variants.x.nix]\npackages.remove = ["gret"]\n',
            (
                "'gret' is not in the project's list, so nothing can remove it",
                "variants.x.nix.packages.remove[0]",
                "did you mean 'greet'?",
            ),
        ),
        (
            '[variants.x.nix]\npackages.add = ["clock"]\n',
            ("'clock' is listed twice", "variants.x.nix.packages.add[0]", "remove one of them"),
        ),
        (
            '[variants.x.nix]\npackages.plus = ["a"]\n',
            ("unknown key", "variants.x.nix.packages.plus", "use add, remove, or a list"),
        ),
        (
            '[variants.x.nix]\npackages.add = "a"\n',
            ("expected a list, got 'a'", "variants.x.nix.packages.add", ""),
        ),
        (
            '[variants.x.image]\narch = "aarch65"\n',
            (
                "expected one of x86_64, x86_64-musl, i686, aarch64, aarch64-musl, got 'aarch65'",
                "variants.x.image.arch",
                "did you mean 'aarch64' or 'aarch64-musl'?",
            ),
        ),
        (
            "[variants.x.variants.y.image]\n",
            (
                "a variant has no variants of its own",
                "variants.x.variants",
                "write a second table [variants.NAME]",
            ),
        ),
        (
            '[variants.x.cache]\nstores = ["s3://a"]\n',
            (
                "a variant cannot change [cache], which is about the whole project",
                "variants.x.cache",
                "write it as [cache]",
            ),
        ),
        (
            "[variants.x.imge]\n",
            ("unknown key", "variants.x.imge", "did you mean 'image'?"),
        ),
        (
            '[variants.x.nix]\nnixpkgs = "github:NixOS/nixpkgs"\n',
            (
                "a variant cannot change nix.nixpkgs: flake.lock pins one for all images",
                "variants.x.nix.nixpkgs",
                "change it for the whole project",
            ),
        ),
        (
            "[variants.x.nix]\nsets = 5\n",
            ("expected a table", "variants.x.nix.sets", ""),
        ),
        (
            "[variants.x.nix.sets]\nold = 5\n",
            ("expected a table", "variants.x.nix.sets.old", ""),
        ),
        (
            '[variants.x.nix.sets.new]\nnixpkgs = "./new"\noverlays = ["a.nix"]\n',
            (
                "a variant cannot add the package set 'new': flake.lock pins all sets",
                "variants.x.nix.sets.new",
                "write [nix.sets.new] for the whole project",
            ),
        ),
        (
            '[variants.x.nix.sets.old]\nnixpkgs = "./new"\n',
            (
                "a variant cannot change nix.sets.old.nixpkgs, only overlays",
                "variants.x.nix.sets.old.nixpkgs",
                "change it for the whole project",
            ),
        ),
        (
            "[variants.x.mklive]\n",
            (
                "only this variant has [mklive], whose source all images share",
                "variants.x.mklive",
                "add [mklive] to the project, too",
            ),
        ),
        (
            "[variants.iso.image]\n",
            (
                "the flake has an output 'iso' already",
                "variants.iso",
                "give the variant another name",
            ),
        ),
        (
            "[variants.x.image]\n[variants.x-iso.image]\n",
            (
                "the variant 'x' has an output 'x-iso' already",
                "variants.x-iso",
                "give the variant another name",
            ),
        ),
        (
            "[variants.XFCE.image]\n",
            (
                (
                    "expected a variant's name of lowercase letters, digits and -, a letter "
                    "first, like \"xfce\", got 'XFCE'"
                ),
                "variants.XFCE",
                "",
            ),
        ),
        (
            '[variants.x.image]\nname = "mine"\n',
            (
                "the ISO would be out/mine.iso, and so is that of the project's own image",
                "variants.x.image.name",
                "write another name or file-name in [variants.x.image]",
            ),
        ),
        (
            """
[variants.x.image]
file-name = "live-{date}"
[variants.y.image]
name = "live"
file-name = "{name}-{date}"
""",
            (
                "the ISO would be out/live-{date}.iso, and so is that of the variant 'x'",
                "variants.y.image.file-name",
                "write another name or file-name in [variants.y.image]",
            ),
        ),
        ("[variants]\nx = 1\n", ("expected a table, got the number 1", "variants.x", "")),
    ],
)
def test_what_is_wrong(text: str, expected: tuple[str, str, str]) -> None:
    assert faults(text) == [expected]


def test_a_wrong_table() -> None:
    assert faults("", base='variants = 5\n[image]\nname = "a"\n') == [
        ("expected a table for each variant, got the number 5", "variants",
         "write [variants.NAME.image]"),
    ]  # fmt: skip


def test_all_faults_of_all_variants_at_once() -> None:
    found = faults('[variants.a.image]\narch = "b"\n[variants.c.nix]\npackages.remove = ["d"]\n')
    assert [where for _, where, _ in found] == [
        "variants.a.image.arch",
        "variants.c.nix.packages.remove[0]",
    ]


def test_faults_of_settings_have_the_place_that_sets_them() -> None:
    one = read('[variants.x.nix]\npackages.remove = ["greet"]\npackages.add = ["new"]\n')["x"]

    def place(*key: str | int) -> tuple[str, str]:
        fault = one.located(Fault("wrong", PLACE, key), PLACE)
        return fault.what, toml.spell(fault.key)

    assert place("nix", "packages", 1) == ("wrong", "variants.x.nix.packages.add[0]")
    own = "wrong (in the variant 'x')"
    assert place("nix", "packages", 0) == (own, "nix.packages[1]")
    assert place("overlay", "modules", 0) == (own, "overlay.modules[0]")
    assert place("image", "name") == ("wrong", "variants.x")
    other = one.located(Fault("wrong", Path("overlay-src/a/module.toml"), ("files",)), PLACE)
    assert (other.what, other.key) == (own, ("files",))


def test_names_of_outputs() -> None:
    assert variants.output("", "default") == "default"
    assert variants.output("xfce", "default") == "xfce"
    assert variants.output("xfce", "xbps-packages") == "xfce-xbps-packages"
    assert variants.output("xfce", "mklive") == "mklive"


def test_images_of_one_name_have_other_files() -> None:
    base = '[image]\nname = "live"\nfile-name = "{name}-{arch}"\n'
    found = read('[variants.arm.image]\nname = "live"\narch = "aarch64"\n', base)["arm"].settings
    assert found.image.iso_stem("") == "live-aarch64"
