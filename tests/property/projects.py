"""Made-up image projects: as data, as TOML in different spellings, and on disk."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from attrs import field, frozen
from hypothesis import strategies as st

Table = dict[str, Any]


@frozen
class Module:
    """module.toml's content, and the bytes of each file by its path below ``files/``."""

    table: Table
    files: Mapping[str, bytes] = field(factory=dict)


@frozen
class Project:
    """voidgen.toml's content, and the modules in ``overlay-src/``."""

    table: Table
    modules: Mapping[str, Module]


def write(project: Project, folder: Path, chance: Random) -> None:
    """Write ``project`` into ``folder``, with random spelling and order."""
    shutil.rmtree(folder / "overlay-src", ignore_errors=True)
    files = {Path("voidgen.toml"): toml(project.table, chance).encode()}
    for name, module in project.modules.items():
        top = Path("overlay-src", name)
        files[top / "module.toml"] = toml(module.table, chance).encode()
        files |= {top / "files" / path: data for path, data in module.files.items()}
    for file in shuffled(files, chance):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(files[file])


def toml(table: Table, chance: Random) -> str:
    """Return ``table`` in one of TOML's spellings, with keys and tables in random order."""
    spelling = chance.choice(("inline", "dotted", "headers"))
    if spelling == "inline":
        return "".join(
            f"{_key(key)} = {_value(table[key], chance)}\n" for key in shuffled(table, chance)
        )
    leaves = {path: _value(value, chance) for path, value in _leaves(table, ())}
    if spelling == "dotted":
        return "".join(
            f"{'.'.join(map(_key, path))} = {leaves[path]}\n" for path in shuffled(leaves, chance)
        )
    lines = {path[:-1]: "" for path in leaves}
    for path in shuffled(leaves, chance):
        lines[path[:-1]] += f"{_key(path[-1])} = {leaves[path]}\n"
    top = lines.pop((), "")
    rest = (f"[{'.'.join(map(_key, path))}]\n{lines[path]}" for path in shuffled(lines, chance))
    return top + "".join(rest)


def shuffled(items: Mapping[Any, Any], chance: Random) -> list[Any]:
    """Return the keys in random order."""
    keys = list(items)
    chance.shuffle(keys)
    return keys


def _leaves(table: Table, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _value(value: Any, chance: Random) -> str:
    if isinstance(value, dict):
        inner = (f"{_key(key)} = {_value(value[key], chance)}" for key in shuffled(value, chance))
        return f"{{ {', '.join(inner)} }}"
    if isinstance(value, list):
        return f"[{', '.join(_value(item, chance) for item in value)}]"
    # Except for one character, JSON's strings, numbers and booleans are valid TOML.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return _value(key, Random(0))


NAMES = ("alpha", "beta", "delta", "epsilon", "gamma", "zeta")
OPTIONS: Table = {
    "a-text": {"type": "string", "default": "plain", "help": "a text"},
    "count": {"type": "integer", "default": -3, "help": "a number"},
    "flag": {"type": "boolean", "default": False, "help": "a switch"},
    "kind": {"type": "enum", "choices": ["one", "two"], "default": "two", "help": "one of two"},
    "words": {"type": "list", "default": ["b", "a"], "help": "words"},
}
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "a-text": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    "count": st.integers(-(2**40), 2**40),
    "flag": st.booleans(),
    "kind": st.sampled_from(("one", "two")),
    "words": st.lists(st.sampled_from(("x", "y z", "$w", "é")), unique=True),
}
TEMPLATE = b"""#!/bin/sh
printf '%s\\n' {{ options.a_text | sh }} {{ options.words | sh }} {{ options.count }}
echo {{ modules | sh }} {{ services | sh }}
{% if options.flag %}
exec {{ options.kind }}
{% endif %}
"""
FILES = ("etc/{}.conf", "etc/{}/a file", "etc/{}/é/ü", "usr/share/{}/run", "usr/share/{}/x.d/y")


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Draw correct projects with everything that a project may have."""
    order = draw(st.permutations(NAMES))[: draw(st.integers(1, len(NAMES)))]
    modules = {name: draw(_modules(name, order[:index])) for index, name in enumerate(order)}
    chosen = draw(st.lists(st.sampled_from(order), min_size=1, unique=True))
    present = _required(chosen, modules)
    options = {
        name: given
        for name in sorted(present)
        if (given := draw(_given(modules[name].table["options"])))
    }
    table: Table = {
        "image": {"name": "made-up", "title": "Made up", "arch": "aarch64", "cmdline": ["b", "a"]},
        "nix": {
            "packages": draw(
                st.lists(st.sampled_from(("hello", "openssl^dev", "a.b")), unique=True)
            ),
            "unfree": ["b", "a"],
            "state-dir": "/var/nix",
        },
        "xbps": {"packages": draw(_some(("zsh", "alpha", "bash")))},
        "overlay": {"modules": chosen, "options": options},
        "mklive": {"squashfs": {"compression": "gzip", "level": 3}},
        "container": {"engine": "podman"},
    }
    return Project(table, modules)


@st.composite
def _modules(draw: st.DrawFn, name: str, earlier: list[str]) -> Module:
    requires = draw(_some(earlier)) if earlier else []
    files = {
        path.format(name): draw(st.sampled_from((b"text\n", b"#!/bin/sh\n", b"\x00\xff")))
        for path in draw(_some(FILES))
    }
    declared = draw(_some(tuple(OPTIONS)))
    if len(declared) == len(OPTIONS):
        files[f"usr/bin/{name}.j2"] = TEMPLATE
    table: Table = {
        "summary": f"made up: {name}",
        "requires": requires,
        "after": draw(_some(earlier)) if earlier else [],
        "services": draw(_some(("alpha", "shared", name))),
        "provides": dict.fromkeys(("alpha", "shared", name), f"{name}-runit"),
        "packages": {
            "xbps": [f"{name}-runit", *draw(_some(("bash", "zsh")))],
            "nix": draw(_some(("hello", "a.c"))),
        },
        "options": {option: OPTIONS[option] for option in declared},
        "files": {
            f"/{path}": {"mode": "0600", "owner": "nobody:nogroup"} for path in draw(_plain(files))
        },
        "directories": {f"/var/lib/{name}": {"mode": "0700"}, f"/var/lib/{name}/in": {}},
        "links": {f"/opt/{name}/z": "@profile@/bin", f"/opt/{name}/a": "z"},
    }
    return Module(table, files)


def _plain(files: Mapping[str, bytes]) -> st.SearchStrategy[list[str]]:
    return _some([path for path in files if not path.endswith(".j2")])


def _some(items: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(items), unique=True) if items else st.just([])


def _given(declared: Table) -> st.SearchStrategy[Table]:
    return st.fixed_dictionaries({}, optional={name: VALUES[name] for name in declared})


def _required(names: list[str], modules: Mapping[str, Module]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += modules[name].table["requires"]
    return found
