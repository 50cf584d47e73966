"""Values that look like code or terminal control characters are emitted as data."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.property import projects, running
from tests.property.projects import Module, Project

FRAGMENTS = (
    *("'", '"', "''", "`", "\\", "\\n", "\n", "\r", "\t", " ", "$", "${x}", "$${x}", "''${x}"),
    *("$(echo)", "%s", "{{ 1 }}", "{% raw %}", "{#", "]]>", "<x>", "&amp;", "-n", "--", "#", ";"),
    *("@profile@", "~", "*", "..", "a", "é", "e\u0301", "😀", "\ufeff", "\u2028", "\u202e", "\x85"),
    *("\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x08", "\x01"),
)
NASTY = st.lists(
    st.sampled_from(FRAGMENTS)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3),
    max_size=6,
).map("".join)

MILD = NASTY.map(lambda text: re.sub(r"[\x00-\x1f\x7f|&\\\\\x22'`$/]", "", text))
"""What most rules let through, so that not everything is refused."""

CHANCE = st.randoms(use_true_random=False)

WORD = MILD.map(lambda text: re.sub(r"\s", "", text))

TEMPLATES = {
    "sh": "printf '%s\\0' {{ options.text | sh }} {{ options.words | sh }}\n",
    "nix": "[ {{ options.text | nix }} {% for word in options.words %}{{ word | nix }} "
    "{% endfor %} ]\n",
    "json": "[{{ options.text | json }}, {{ options.words | json }}]\n",
}
"""Formats that carry every text that TOML does."""

PICKY = {
    "xml": "<x a={{ options.text | xmlattr }}>{{ options.text | xml }}</x>\n",
    "ini": "[x]\ny={{ options.text | ini }}\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return running.repository(tmp_path_factory.mktemp("project"))


def clear(folder: Path) -> None:
    """Empty the repository."""
    for name in ("image", "overlay-src"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in (".gitattributes", "flake.nix", ".git/index"):
        (folder / name).unlink(missing_ok=True)


def accepted(project: Project, folder: Path, chance: Random) -> bool:
    """Return whether voidgen accepts ``project``; if not, it prints readable faults."""
    clear(folder)
    projects.write(project, folder, chance)
    ran = running.generate(folder)
    said = ran.stdout + ran.stderr
    assert all(sign.isprintable() or sign == "\n" for sign in said)
    assert ran.status in {0, 2}
    assert bool(ran.stderr) == (ran.status == 2)
    if ran.status:
        assert running.emitted(folder) == {}
    return ran.status == 0


def project(text: str, words: Sequence[str], templates: Mapping[str, str]) -> Project:
    options: projects.Table = {
        "text": {"type": "string", "default": "x", "help": "a text"},
        "words": {"type": "list", "default": [], "help": "words"},
    }
    files = {f"etc/{name}.j2": template.encode() for name, template in templates.items()}
    given = {"text": text, "words": list(words)}
    table: projects.Table = {
        "image": {"name": "x"},
        "overlay": {"modules": ["one"], "options": {"one": given}},
    }
    return Project(table, {"one": Module({"summary": "x", "options": options}, files)})


def evaluate(expression: str) -> Any:
    """Return the value of a Nix expression, evaluated without a store."""
    argv = ["nix-instantiate", "--eval", "--strict", "--json", "--store", "dummy://"]
    done = subprocess.run([*argv, "--expr", expression], capture_output=True, check=True)
    return json.loads(done.stdout)


@given(text=NASTY, words=st.lists(NASTY, max_size=6, unique=True), chance=CHANCE)
@example(text="".join(FRAGMENTS), words=["", *FRAGMENTS], chance=Random(0))
def test_option_values_reach_each_format_unchanged(
    text: str, words: list[str], chance: Random, folder: Path
) -> None:
    assert accepted(project(text, words, TEMPLATES), folder, chance)
    manifest = json.loads((folder / "image" / "manifest.json").read_bytes())
    assert manifest["modules"][0]["options"] == {"text": text, "words": words}
    left = folder / "image" / "include" / "etc"
    done = subprocess.run(["dash", left / "sh"], capture_output=True, check=True)
    assert done.stdout.decode().split("\0") == [text, *words, ""]
    assert done.stderr == b""
    assert evaluate(f"import {left}/nix") == [text, *words]
    assert json.loads((left / "json").read_bytes()) == [text, words]


@given(text=MILD | NASTY, name=st.sampled_from(sorted(PICKY)), chance=CHANCE)
@example(text="<a b='c'>&amp;]]>", name="xml", chance=Random(0))
def test_values_that_a_format_cannot_hold_are_refused(
    text: str, name: str, chance: Random, folder: Path
) -> None:
    taken = accepted(project(text, [], {name: PICKY[name]}), folder, chance)
    assert taken or not text.isprintable() or text != text.strip()
    if not taken:
        return
    left = (folder / "image" / "include" / "etc" / name).read_bytes()
    if name == "ini":
        assert left.decode() == f"[x]\ny={text}\n"
    else:
        root = ET.fromstring(left)  # noqa: S314 - our own
        assert (root.attrib["a"], root.text or "") == (text, text)


KEYS: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("image", "title"): MILD | NASTY,
    ("image", "cmdline"): st.lists(MILD | NASTY, max_size=2, unique=True),
    ("image", "keymap"): NASTY,
    ("image", "user"): NASTY,
    ("nix", "nixpkgs"): WORD.map("github:{}".format) | NASTY,
    ("nix", "packages"): WORD.map(lambda text: [f'"{text}"']),
    ("nix", "state-dir"): NASTY.map("/{}".format),
    ("xbps", "repositories"): st.lists(MILD.map("/{}".format), max_size=2, unique=True),
    ("mklive", "source"): WORD.map("git+file:{}".format) | NASTY,
}


@given(
    key_value=st.one_of([st.tuples(st.just(key), values) for key, values in KEYS.items()]),
    chance=CHANCE,
)
def test_values_in_voidgen_toml_reach_the_manifest_unchanged(
    key_value: tuple[tuple[str, str], Any], chance: Random, folder: Path
) -> None:
    (table, key), value = key_value
    written: projects.Table = {"image": {"name": "x"}}
    written.setdefault(table, {})[key] = value
    if not accepted(Project(written, {}), folder, chance):
        return
    manifest = json.loads((folder / "image" / "manifest.json").read_bytes())
    found = manifest[table][key]
    match key:
        case "packages" | "repositories":
            assert [asked["name"] for asked in found] == value
        case "cmdline":
            assert found == ["live.user=live", *value]
        case _:
            assert found == value
    flake = evaluate(f'removeAttrs (import {folder}/flake.nix) [ "outputs" ]')
    assert flake["description"] == f"{manifest['image']['title']} (x)"
    assert flake["inputs"]["nixpkgs"]["url"] == manifest["nix"]["nixpkgs"]
    if table == "mklive":
        assert flake["inputs"]["mklive"]["url"] == value


GIT = (".git", ".GIT", ".git ", "git~1", ".git:x", ".gitignore", ".gitattributes", ":(top)x", "!x")
"""Names that mean something to git."""

PARTS = (
    MILD
    | NASTY.map(lambda text: text.replace("/", ""))
    | st.sampled_from((*GIT, "x.j2", ".j2", "-x", "a" * 255))
).filter(lambda part: part not in {"", ".", ".."} and len(part.encode()) < 256)


@given(
    parts=st.lists(PARTS, min_size=1, max_size=3),
    target=st.none() | MILD | NASTY,
    summary=st.just("x") | NASTY,
    chance=CHANCE,
)
def test_file_names_reach_the_manifest_unchanged(
    parts: list[str], target: str | None, summary: str, chance: Random, folder: Path
) -> None:
    path = "/".join(("opt", *parts))
    module: projects.Table = {"summary": summary, "directories": {f"/srv/{path}": {"mode": "1755"}}}
    if target is not None:
        module["links"] = {f"/mnt/{path}": target}
    table: projects.Table = {"image": {"name": "x"}, "overlay": {"modules": ["one"]}}
    data = b"one\n"
    if not accepted(Project(table, {"one": Module(module, {path: data})}), folder, chance):
        return
    manifest = json.loads((folder / "image" / "manifest.json").read_bytes())
    include = {entry["path"]: entry for entry in manifest["include"]}
    place = path.removesuffix(".j2")
    assert include[f"/{place}"]["type"] == "file"
    assert include[f"/srv/{path}"]["mode"] == "1755"
    assert target is None or include[f"/mnt/{path}"]["target"] == target
    emitted = include[f"/{place}"].get("emitted", f"/{place}")
    assert (folder / "image" / "include" / emitted[1:]).read_bytes() == data
    assert running.known(folder) == set(running.emitted(folder))


@given(
    name=st.binary(min_size=1, max_size=20).filter(lambda name: not {0, 47} & set(name)),
    data=st.binary(max_size=200),
)
def test_any_bytes_in_names_and_files_give_a_result_or_a_fault(
    name: bytes, data: bytes, folder: Path
) -> None:
    """Names and templates that are not UTF-8, and files that are not TOML."""
    assume(name not in {b".", b".."})
    clear(folder)
    top = folder / "overlay-src" / "one"
    (top / "files").mkdir(parents=True)
    (folder / "voidgen.toml").write_text('image.name = "x"\noverlay.modules = ["one"]\n')
    (top / "module.toml").write_text('summary = "x"\n')
    (top / "files" / os.fsdecode(name)).write_bytes(data)
    for file in (None, top / "module.toml", folder / "voidgen.toml"):
        if file:
            file.write_bytes(data)
        ran = running.generate(folder)
        assert all(sign.isprintable() or sign == "\n" for sign in ran.stdout + ran.stderr)
        assert ran.status in {0, 2}
