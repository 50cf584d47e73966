from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.overlay import FILE, by, catalogue, config, faults, module, resolved

from voidgen.config.services import Services
from voidgen.errors import WrongInputError
from voidgen.overlay import enabled
from voidgen.overlay.paths import RUNSVDIR
from voidgen.overlay.resolution import Asked, Enabled
from voidgen.overlay.resolve import resolve

MODULES = Path("overlay-src")


def _names(*modules: Any, **more: Any) -> list[str]:
    return [chosen.module.name for chosen in resolved(*modules, **more).modules]


def test_nothing() -> None:
    found = resolved()
    assert (found.modules, found.nix, found.xbps, found.services, found.entries) == ((),) * 5


def test_order_is_by_name_where_nothing_is_said() -> None:
    assert _names(module("b"), module("a"), module("c")) == ["a", "b", "c"]


def test_requirements_come_along_and_before() -> None:
    found = resolved(
        module("a", requires=["z"]), module("z", requires=["m"]), module("m"), asked=["a"]
    )
    assert [(chosen.module.name, chosen.by) for chosen in found.modules] == [
        ("m", by("module z")),
        ("z", by("module a")),
        ("a", by("voidgen.toml")),
    ]


def test_what_is_recommended_comes_along_and_before() -> None:
    modules = module("a", recommends=["z"]), module("z", recommends=["m"]), module("m")
    found = resolved(*modules, asked=["a"])
    assert [(chosen.module.name, chosen.by) for chosen in found.modules] == [
        ("m", by("module z")),
        ("z", by("module a")),
        ("a", by("voidgen.toml")),
    ]
    assert _names(*modules, asked=["a"], without=["m"]) == ["z", "a"]
    # With the module goes what it alone brings.
    assert _names(*modules, asked=["a"], without=["z"]) == ["a"]


@pytest.mark.parametrize(
    ("modules", "what", "remedy"),
    [
        (
            [module("a", recommends=["tool"])],
            "no module has the name 'tol'",
            "did you mean 'tool'?",
        ),
        (
            [module("a", requires=["tol"]), module("tol")],
            "module 'tol' cannot be left out: it is required by module a",
            "leave out what requires it, or keep both",
        ),
        (
            [module("a"), module("tol")],
            "module 'tol' is not part of the image anyway",
            "remove it from overlay.without",
        ),
    ],
)
def test_what_cannot_be_left_out(modules: list[Any], what: str, remedy: str) -> None:
    tool = [module("tool")]
    (fault,) = faults(*modules, *tool, asked=["a"], without=["tol"])
    assert (fault.what, fault.remedy) == (what, remedy)
    assert (fault.file, fault.key) == (FILE, ("overlay", "without", 0))


def test_what_is_asked_for_is_not_left_out() -> None:
    (fault,) = faults(module("a"), without=["a"])
    assert fault.what == "module 'a' is also in overlay.modules"


def test_all_who_asked_are_named() -> None:
    found = resolved(module("a", requires=["c"]), module("b", requires=["c"]), module("c"))
    askers = {chosen.module.name: chosen.by for chosen in found.modules}
    assert askers["c"] == by("voidgen.toml", "module a", "module b")


def test_after_orders_and_brings_nothing() -> None:
    a, b = module("a", after=["b", "nobody"]), module("b")
    assert _names(a, b) == ["b", "a"]
    assert _names(a, b, asked=["a"]) == ["a"]


def test_ties_are_broken_by_name_at_each_step() -> None:
    modules = [module("a", after=["z"]), module("b"), module("y"), module("z"), module("c")]
    assert _names(*modules) == ["b", "c", "y", "z", "a"]


@given(
    edges=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))),
    after=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7))),
    random=st.randoms(),
)
def test_order_of_declaration_does_not_matter(
    edges: set[tuple[int, int]], after: set[tuple[int, int]], random: Random
) -> None:

    def graph(*, mixed: bool) -> list[Any]:
        modules = []
        for number in range(8):
            # Only downwards: no circles.
            requires = sorted(f"m{low}" for high, low in edges if high == number and low < high)
            later = sorted(f"m{low}" for high, low in after if high == number and low < high)
            if mixed:
                random.shuffle(requires)
                random.shuffle(later)
            modules.append(
                module(
                    f"m{number}",
                    f"/f{number}",
                    requires=requires,
                    after=later,
                    packages={"xbps": ["x"]},
                )
            )
        if mixed:
            random.shuffle(modules)
        return modules

    plain, mixed = graph(mixed=False), graph(mixed=True)
    first, second = resolved(*plain), resolved(*mixed)
    names = [chosen.module.name for chosen in first.modules]
    assert [(chosen.module.name, chosen.by) for chosen in first.modules] == [
        (chosen.module.name, chosen.by) for chosen in second.modules
    ]
    assert (first.xbps, first.entries) == (second.xbps, second.entries)
    for high, low in edges | after:
        if low < high:
            assert names.index(f"m{low}") < names.index(f"m{high}")


def test_unknown_module() -> None:
    far, near = faults(module("nix-daemon"), asked=["zzz", "nix-demon"])
    assert (near.key, near.remedy) == (("overlay", "modules", 1), "did you mean 'nix-daemon'?")
    assert far.remedy == "known modules: nix-daemon"
    assert faults(asked=["a"])[0].remedy == "known modules: none"


def test_missing_requirement_names_both() -> None:
    (fault,) = faults(module("a", requires=["b", "nix-demon"]), module("b"), module("nix-daemon"))
    assert fault.what == "module 'a' requires 'nix-demon', and no module has that name"
    assert (fault.file, fault.key) == (MODULES / "a/module.toml", ("requires", 1))
    assert fault.remedy == "did you mean 'nix-daemon'?"


def test_what_is_not_part_of_the_image_may_be_wrong() -> None:
    wrong = module("wrong", requires=["missing"], conflicts=["a"], services=["missing"])
    assert _names(module("a"), wrong, asked=["a"]) == ["a"]


def test_conflict_names_both_and_who_asked() -> None:
    (fault,) = faults(
        module("a", conflicts=["x", "c"]),
        module("b", requires=["c"]),
        module("c"),
        asked=["a", "b"],
    )
    assert fault.what == "module 'a' conflicts with module 'c', and the image has both"
    assert (fault.file, fault.key) == (MODULES / "a/module.toml", ("conflicts", 1))
    assert fault.remedy.endswith("'a' is asked for by voidgen.toml; 'c' by module b")


def test_conflict_with_what_is_not_there() -> None:
    assert _names(module("a", conflicts=["b"]), module("b"), asked=["a"]) == ["a"]


def test_faults_of_requirements_and_conflicts_come_together() -> None:
    found = faults(module("a", conflicts=["b"], requires=["missing"]), module("b"))
    assert len(found) == 2


def test_cycle_is_told_whole() -> None:
    (fault,) = faults(
        module("c", requires=["a"]),
        module("a", requires=["b"], after=["x"]),
        module("b", after=["c"]),
        module("x"),
        module("d", requires=["a"]),
    )
    assert fault.what == (
        "these modules form a circle: 'a' requires 'b', 'b' comes after 'c', 'c' requires 'a'"
    )
    assert fault.file == MODULES / "a/module.toml"


def test_every_circle_is_told() -> None:
    found = faults(
        module("a", requires=["b"]), module("b", requires=["a"]), module("c", requires=["c"])
    )
    assert [fault.what.partition(": ")[2] for fault in found] == [
        "'a' requires 'b', 'b' requires 'a'",
        "'c' requires 'c'",
    ]


@given(size=st.integers(1, 30))
def test_a_circle_of_any_size_names_all(size: int) -> None:
    modules = [module(f"m{n}", requires=[f"m{(n + 1) % size}"]) for n in range(size)]
    (fault,) = faults(*modules)
    assert fault.what.count("requires") == size


def test_packages_and_who_asked() -> None:
    found = resolved(
        module("a", packages={"nix": ["z", "y"], "xbps": ["q"]}),
        module("b", packages={"nix": ["y", "x"], "xbps": ["p", "q"]}),
        nix=["x"],
        xbps=["q"],
    )
    assert found.nix == (
        Asked("x", by("voidgen.toml", "module b")),
        Asked("z", by("module a")),
        Asked("y", by("module a", "module b")),
    )
    assert found.xbps == (
        Asked("p", by("module b")),
        Asked("q", by("voidgen.toml", "module a", "module b")),
    )


def test_services_and_what_provides_them() -> None:
    found = resolved(
        module("a", services=["dbus", "sshd"], provides={"sshd": "openssh"}),
        module(
            "b",
            "/etc/sv/own/run",
            services=["own", "udevd", "dbus"],
            packages={"xbps": ["openssh"]},
        ),
        xbps=["dbus"],
    )
    assert found.services == (
        Enabled("dbus", by("module a", "module b"), "dbus"),
        Enabled("own", by("module b"), "/etc/sv/own/run"),
        Enabled("sshd", by("module a"), "openssh"),
        Enabled("udevd", by("module b"), "eudev"),
    )
    links = {entry.path: entry.target for entry in found.entries if entry.target}
    assert links == {
        f"/etc/runit/runsvdir/default/{name}": f"/etc/sv/{name}"
        for name in ("dbus", "own", "sshd", "udevd")
    }


def test_service_folder_by_a_link() -> None:
    one = module("a", services=["own"], links={"/etc/sv/own": "/opt/own"})
    assert resolved(one).services[0].provider


def test_an_empty_service_folder_provides_nothing() -> None:
    one = module("a", services=["own"], directories={"/etc/sv/own": {}})
    assert resolved(one).services == (Enabled("own", by("module a"), ""),)


def test_service_that_the_lock_has_to_tell() -> None:
    found = resolved(module("a", services=["b"], provides={"b": "package"}))
    assert found.services == (Enabled("b", by("module a"), ""),)


def test_services_without_a_module() -> None:
    found = resolved(module("a", services=["dbus"]), xbps=["dbus"], enable=["sshd", "dbus"])
    assert found.services == (
        Enabled("dbus", by("voidgen.toml", "module a"), "dbus"),
        Enabled("sshd", by("voidgen.toml"), "openssh"),
    )
    assert [(one.path, one.module, one.target) for one in found.entries] == [
        (f"{RUNSVDIR}/dbus", "a", "/etc/sv/dbus"),
        (f"{RUNSVDIR}/sshd", "", "/etc/sv/sshd"),
    ]


def test_disabled_services_have_no_link() -> None:
    found = resolved(
        module("a", services=["dbus", "own"]),
        module("b", links={f"{RUNSVDIR}/linked": "/etc/sv/linked"}),
        disable=["udevd", "own", "linked"],
    )
    assert [one.name for one in found.services] == ["dbus"]
    assert [one.path for one in found.entries] == [f"{RUNSVDIR}/dbus"]
    assert found.disabled == ("linked", "own", "udevd")


def test_link_of_a_module_and_of_voidgen_toml() -> None:
    (fault,) = faults(module("a", links={f"{RUNSVDIR}/x": "/opt/x"}), enable=["x"])
    assert fault.what == f"{RUNSVDIR}/x belongs to module 'a' and to voidgen.toml"
    assert (fault.file, fault.key) == (FILE, ("services", "enable", 0))


def test_disabling_what_nothing_enables() -> None:
    order = [module("a", services=["dbus"]), module("b", links={f"{RUNSVDIR}/own": "/etc/sv/own"})]
    disable = ("dbus", "own", "udevd", "agetty-ttyS0", "dbsu")
    (fault,) = enabled.idle(Services(disable=disable), order, FILE)
    assert fault.what == "as far as voidgen knows, nothing enables the service 'dbsu'"
    assert (fault.key, fault.remedy) == (("services", "disable", 4), "did you mean 'dbus'?")


def test_entries_are_sorted_and_know_their_module() -> None:
    found = resolved(
        module("a", "/z", "/b/c", directories={"/b": {"mode": "0700"}}),
        module("b", "/b/b.j2", links={"/a": "b"}),
    )
    assert [(entry.path, entry.module) for entry in found.entries] == [
        ("/a", "b"),
        ("/b", "a"),
        ("/b/b", "b"),
        ("/b/c", "a"),
        ("/z", "a"),
    ]


def test_ownership() -> None:
    found = resolved(module("a", "/x", "/y", files={"/x": {"mode": "0600", "owner": "a:b"}}))
    x, y = found.entries
    assert (x.ownership.mode, x.ownership.owner) == ("0600", "a:b")
    assert (y.ownership.mode, y.ownership.owner) == (None, "root:root")


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ({}, {}, "/etc/x belongs to two modules: 'a' and 'b'"),
        ({}, {"links": {"/etc/x": "y"}}, "/etc/x belongs to two modules: 'a' and 'b'"),
        ({}, {"links": {"/etc": "y"}}, "/etc/x of module 'a' lies below /etc, a symbolic link"),
        ({}, {"directories": {"/etc/x/y": {}}}, "/etc/x/y of module 'b' lies below /etc/x, a file"),
    ],
)
def test_one_place_of_two_modules(one: Any, other: Any, what: str) -> None:
    theirs = () if other else ("/etc/x.j2",)
    (fault,) = faults(module("a", "/etc/x", **one), module("b", *theirs, **other))
    assert fault.what.startswith(what)


def test_folders_may_be_shared_with_what_lies_in_them() -> None:
    assert resolved(module("a", directories={"/etc/x": {}}), module("b", "/etc/x/y"))


@pytest.mark.parametrize(
    ("spec", "places"),
    [
        ({"links": {"/etc/x": "y"}}, "files/ and [links]"),
        ({"directories": {"/etc/x": {}}}, "files/ and [directories]"),
    ],
)
def test_one_place_twice_in_a_module(spec: dict[str, Any], places: str) -> None:
    (fault,) = faults(module("a", "/etc/x", **spec))
    assert fault.what == f"module 'a' gives /etc/x twice: in {places}"


@pytest.mark.parametrize(
    "path", ["/bin", "/bin/x", "/usr/sbin/x", "/lib/x", "/lib64", "/var/run/x"]
)
def test_links_of_void(path: str) -> None:
    (fault,) = faults(module("a", path), asked=["a"])
    assert "is a symbolic link on Void" in fault.what


@pytest.mark.parametrize("path", ["/bins", "/libx/y", "/var/running", "/nix/var/x", "/devices"])
def test_names_that_begin_like_those(path: str) -> None:
    assert resolved(module("a", path))


@pytest.mark.parametrize("path", ["/dev/x", "/proc/x", "/sys/x", "/run/x", "/nix/store/x", "/run"])
def test_foreign_places(path: str) -> None:
    (fault,) = faults(module("a", path))
    assert fault.what.startswith(f"{path} cannot be part of the overlay: ")


@pytest.mark.parametrize(("name", "good"), [("é" * 127, True), ("é" * 128, False)])
def test_longest_name(name: str, good: bool) -> None:
    one = module("a", links={f"/srv/{name}": "x"})
    if good:
        assert resolved(one)
    else:
        assert "longer than 255 bytes" in faults(one)[0].what


def test_files_table_without_such_a_file() -> None:
    (fault,) = faults(module("a", "/etc/motd", files={"/etc/mtd": {}}))
    assert (fault.key, fault.remedy) == (("files", "/etc/mtd"), "did you mean '/etc/motd'?")


OPTIONS = {
    "text": {"type": "string", "default": "d", "help": "h"},
    "flag": {"type": "boolean", "default": True, "help": "h"},
    "count": {"type": "integer", "default": 0, "help": "h"},
    "names": {"type": "list", "default": [], "help": "h"},
    "kind": {"type": "enum", "choices": ["x", "y"], "default": "x", "help": "h"},
}


def test_option_defaults() -> None:
    (chosen,) = resolved(module("a", options=OPTIONS)).modules
    assert dict(chosen.options) == {"text": "d", "flag": True, "count": 0, "names": (), "kind": "x"}


def test_option_values() -> None:
    given = {"text": "", "flag": False, "count": -5, "names": ("n", ""), "kind": "y"}
    (chosen,) = resolved(module("a", options=OPTIONS), options={"a": given}).modules
    assert dict(chosen.options) == given


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("text", True, "expected a string, got true"),
        ("flag", "true", "expected true or false, got 'true'"),
        ("flag", 1, "expected true or false, got the number 1"),
        ("count", True, "expected a whole number, got true"),
        ("names", "n", "expected a list of strings, got 'n'"),
        ("kind", "z", "expected one of x, y, got 'z'"),
        ("kind", ("x",), "expected a string, got a list"),
    ],
)
def test_option_of_another_type(name: str, value: Any, what: str) -> None:
    (fault,) = faults(module("a", options=OPTIONS), options={"a": {name: value}})
    assert (fault.file, fault.key) == (FILE, ("overlay", "options", "a", name))
    assert fault.what == what


def test_option_without_default_needs_a_value() -> None:
    one = module("a", options={"key": {"type": "string", "help": "the key"}})
    (fault,) = faults(one)
    assert fault.what == "option 'key' of module 'a' has no default and needs a value"
    assert fault.remedy == "set it in [overlay.options.a]: the key"
    assert resolved(one, options={"a": {"key": ""}})


def test_option_no_module_declares() -> None:
    plain = module("b")
    first, second = faults(
        module("a", options=OPTIONS), plain, options={"a": {"txt": ""}, "b": {"x": 1}}
    )
    assert (first.remedy, second.remedy) == ("did you mean 'text'?", "it has none")


def test_options_of_no_module() -> None:
    unused, unknown = faults(module("a"), module("b"), asked=["a"], options={"b": {}, "zzz": {}})
    assert unused.what == "module 'b' is not part of the image"
    assert unknown.what == "no module has the name 'zzz'"


def test_faults_of_all_kinds_come_together() -> None:
    found = faults(module("a", "/dev/x", services=["s"], files={"/y": {}}), options={"a": {"o": 1}})
    assert len(found) == 3


def test_resolve_is_pure() -> None:
    modules = catalogue(module("a", "/x", requires=["b"]), module("b", packages={"nix": ["n"]}))
    assert resolve(config(["a"]), modules, FILE) == resolve(config(["a"]), modules, FILE)
    with pytest.raises(WrongInputError):
        resolve(config(["c"]), modules, FILE)
