import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.support.overlay import FILE, catalogue, config, module

from voidgen.config.image import ImageConfig
from voidgen.config.mklive import Mklive
from voidgen.config.nix import Nix
from voidgen.config.types import Config, Flake
from voidgen.data import bundled_files
from voidgen.errors import WrongInputError
from voidgen.overlay.resolve import resolve
from voidgen.overlay.types import Module
from voidgen.plan import overlay_nodes, render
from voidgen.plan.plan import Plan, plan
from voidgen.schema import canonical_json, typed_json
from voidgen.system import sri
from voidgen.tree import Directory, File, Link, Made, Node, Recipe

MODULES = Path("overlay-src")


def _plan(*modules: Module, settings: Config | None = None, **more: Any) -> Plan:
    settings = settings or config([one.name for one in modules], **more)
    return plan(settings, resolve(settings, catalogue(*modules), FILE))


def _overlay(image: Plan, **contents: bytes) -> dict[str, Node]:
    """Render the overlay; ``contents`` has files' bytes by name without ending."""
    sources = [entry.source.file for entry in image.resolution.entries if entry.source]
    return overlay_nodes.of_plan(
        image, {file: contents.get(file.name.split(".")[0], b"") for file in sources}
    )


def test_modes_and_owners() -> None:
    nodes = _overlay(
        _plan(
            module(
                "a",
                *("/x/plain", "/x/script", "/x/own", "/x/suid"),
                files={"/x/own": {"owner": "a:b"}, "/x/suid": {"mode": "4750"}},
                directories={"/d": {}, "/e": {"mode": "1777", "owner": "c:d"}},
                links={"/l": "@profile@/bin/x"},
            )
        ),
        script=b"#!/bin/sh\n",
        own=b"#!",
        suid=b"\xff",
    )
    assert nodes == {
        "/d": Directory(0o755),
        "/e": Directory(0o1777, "c", "d"),
        "/l": Link("@profile@/bin/x"),
        "/x": Directory(),
        "/x/own": File(b"#!", 0o755, "a", "b"),
        "/x/plain": File(b""),
        "/x/script": File(b"#!/bin/sh\n", 0o755),
        "/x/suid": File(b"\xff", 0o4750),
    }
    assert list(nodes) == sorted(nodes)


def test_a_template_sees_the_image_and_its_own_options() -> None:
    options = {"a-b": {"type": "string", "default": "own", "help": "h"}}
    other = {"a-b": {"type": "string", "default": "other", "help": "h"}}
    nodes = _overlay(
        _plan(
            module("a", "/t.j2", options=options, services=["udevd"]), module("b", options=other)
        ),
        t=b"{{ options.a_b }} {{ image.user }} {{ modules | sh }} {{ services | sh }}"
        b" {{ cmdline | sh }} {{ nix.state_dir }} {{ xbps.packages | json }}",
    )
    assert nodes["/t"] == File(b"own live a b udevd live.user=live /var/nix []")


def test_nix_makes_an_archive_of_the_locales() -> None:
    settings = evolve(config(), nix=Nix(locales=("de_CH.UTF-8", "en_US.UTF-8")))
    path = "/usr/local/share/nix-locales/locale-archive"
    made = Made(Recipe("locale-archive", {"locales": "de_CH.UTF-8 en_US.UTF-8"}))
    assert _overlay(_plan(settings=settings))[path] == made
    assert path not in _overlay(_plan())


def test_faults_of_all_templates_come_together() -> None:
    image = _plan(module("a", "/a.j2", "/b.j2", "/c"))
    with pytest.raises(WrongInputError) as caught:
        _overlay(image, a=b"{{ x }}", b=b"\xff", c=b"{{ x }}")
    assert [fault.file for fault in caught.value.faults] == [
        MODULES / "a/files/a.j2",
        MODULES / "a/files/b.j2",
    ]


def test_the_emitted_tree() -> None:
    nodes = _overlay(_plan(module("a", "/x", directories={"/d": {}}, links={"/l": "x"})))
    tree = render.project(_plan(), nodes, {"image/z": File(b"z")}, File(b"flake"))
    document = typed_json.plain(render.document(_plan(), nodes))
    assert tree == {
        "flake.nix": File(b"flake"),
        "image/include/x": File(b""),
        "image/manifest.json": File(canonical_json.to_json(document)),
        "image/z": File(b"z"),
    }
    assert list(tree) == sorted(tree)


def test_the_manifest_has_modes_owners_links_and_modules() -> None:
    one = module(
        "a",
        "/x",
        files={"/x": {"mode": "4750"}},
        directories={"/d": {"owner": "a:b"}},
        links={"/b/l": "x"},
    )
    document = render.document(_plan(one), _overlay(_plan(one)))
    assert typed_json.plain(document.include) == [
        {"path": "/b", "type": "directory"},
        {"path": "/b/l", "type": "symlink", "target": "x", "module": "a"},
        {
            "path": "/d",
            "type": "directory",
            "mode": "0755",
            "owner": "a",
            "group": "b",
            "module": "a",
        },
        {
            "path": "/x",
            "type": "file",
            "mode": "4750",
            "owner": "root",
            "group": "root",
            "hash": sri.of_bytes(b""),
            "module": "a",
        },
    ]


def test_the_manifest_has_no_path_of_this_machine(tmp_path: Path) -> None:
    image = _plan(module("a", "/x"))
    text = canonical_json.to_json(
        typed_json.plain(render.document(image, _overlay(image)))
    ).decode()
    assert str(tmp_path.parent) not in text
    assert "overlay-src" not in text


def test_json_is_canonical() -> None:
    data = {"b": ("é", "\U0001f600"), "a": {"d": 1, "c": None}}
    text = canonical_json.to_json(data)
    assert text.endswith(b"}\n")
    assert "é" in text.decode()
    assert json.loads(text) == {"b": ["é", "\U0001f600"], "a": {"d": 1, "c": None}}
    assert text == canonical_json.to_json({"a": {"c": None, "d": 1}, "b": ["é", "\U0001f600"]})


def _flake(**changes: Any) -> str:
    template = (bundled_files.DATA / "templates" / "flake.nix.j2").read_bytes()
    settings = evolve(config(), **changes)
    tree = render.project(_plan(settings=settings), {}, {}, File(template))
    node = tree["flake.nix"]
    assert isinstance(node, File)
    return node.data.decode()


def test_flake_of_a_flake_reference() -> None:
    text = _flake(nix=Nix("github:a/b"), mklive=Mklive("git+file:///m?a=b'"))
    assert 'inputs.nixpkgs.url = "github:a/b";' in text
    assert "nixpkgs = inputs.nixpkgs;" in text
    assert 'url = "git+file:///m?a=b\'";' in text
    assert "mklive = inputs.mklive;" in text


def test_flake_of_a_folder() -> None:
    text = _flake(nix=Nix("./packages"))
    assert "inputs.nixpkgs" not in text
    assert "nixpkgs = ./packages;" in text
    assert "mklive" not in text
    assert "extra" not in text


@pytest.mark.parametrize("name", ["nix/extra.nix", "./nix/extra.nix"])
def test_flake_with_more_outputs(name: str) -> None:
    assert "extra = ./nix/extra.nix;" in _flake(flake=Flake(name))


def test_description_of_the_flake() -> None:
    text = _flake(image=ImageConfig("a", title="Void {é} ; # ${".replace("$", "")))
    assert 'description = "Void {é} ; # { (a)";' in text
