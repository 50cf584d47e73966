import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.support import documents
from tests.support.documents import STORE
from tests.support.program import found, voidgen, write

from voidgen import __version__
from voidgen.cli import LazyGroup, cli
from voidgen.text import visible

ROOT = Path(__file__).parents[3]
OFFLINE = ROOT / "examples" / "offline"
CONFIG = '[image]\nname = "test"\n'
MODULES = CONFIG + '[overlay]\nmodules = ["a"]\n'
SPEC = 'summary = "A test"\n'


@pytest.fixture
def project(repository: Path) -> Path:
    write(repository, {"voidgen.toml": CONFIG})
    return repository


@pytest.mark.parametrize("words", [[], *([name] for name in LazyGroup.COMMANDS)])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(words: list[str], option: str, tmp_path: Path) -> None:
    ran = voidgen(*words, option, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(" ".join(["Usage: voidgen", *words]))


def test_help_names_every_command(tmp_path: Path) -> None:
    out = voidgen("--help", cwd=tmp_path).out
    for name in LazyGroup.COMMANDS:
        assert re.search(rf"^  {name} +[A-Z]", out, re.MULTILINE)
    for section in LazyGroup.SECTIONS:
        assert f"\n\n{section}:\n" in out
    assert "..." not in out.partition("\n")[2]


@pytest.mark.parametrize("words", [[], *([name] for name in LazyGroup.COMMANDS)])
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_help_fits_the_terminal(
    words: list[str], columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text, _, examples = voidgen(*words, "--help", cwd=tmp_path).out.partition("Examples:")
    assert max(map(len, text.splitlines())) <= columns
    # Examples are to be copied, and stay on their lines.
    assert max(map(len, examples.splitlines()), default=0) <= 80


@pytest.mark.parametrize("name", LazyGroup.COMMANDS)
def test_help_explains_each_argument_and_option(name: str) -> None:
    top = click.Context(cli, info_name="voidgen", **cli.context_settings)
    command = cli.get_command(top, name)
    assert command
    context = click.Context(command, info_name=name, parent=top)
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        assert record, parameter
        assert record[1].endswith((".", "]")), record


HEAVY = {"cattrs", "jinja2", "networkx", "pycdlib", "rich", "tomlkit", "tree_sitter"}


@pytest.mark.parametrize("words", [[], *([name] for name in LazyGroup.COMMANDS)])
def test_help_imports_what_it_needs(words: list[str]) -> None:
    argv = [sys.executable, "-X", "importtime", "-m", "voidgen", *words, "--help"]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stderr
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines()}
    assert "click" in names
    assert names & HEAVY == set()


def test_version(tmp_path: Path) -> None:
    assert voidgen("--version", cwd=tmp_path).out == f"voidgen {__version__}\n"


def test_as_a_module(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "voidgen", "--version"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"voidgen {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "what", "where"),
    [
        (["nothing"], "no command is called 'nothing'", "voidgen"),
        (["genrate"], "no command is called 'genrate': did you mean 'generate'?", "voidgen"),
        (["generate", "x"], "unexpected extra argument (x)", "voidgen generate"),
        (["generate", "\033[31m"], r"(\x1b[31m)", "voidgen generate"),
        (["show", "--nothing"], "--nothing", "voidgen show"),
    ],
)
def test_wrong_usage(words: list[str], what: str, where: str, tmp_path: Path) -> None:
    ran = voidgen(*words, cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    said, see = ran.err.splitlines()
    assert said.startswith("voidgen: ")
    assert what in said
    assert see == f"  see `{where} --help`"


def test_without_a_command(tmp_path: Path) -> None:
    ran = voidgen(cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: voidgen")


def test_check_then_generate_then_check(project: Path) -> None:
    before = found(project)
    ran = voidgen("generate", "--check", cwd=project)
    assert (ran.status, ran.err) == (1, "")
    assert "  + flake.nix\n" in ran.out
    assert "would be added" in ran.out
    assert found(project) == before

    ran = voidgen("generate", cwd=project)
    assert (ran.status, ran.err) == (0, "")
    assert "  + flake.nix\n" in ran.out
    assert ran.out.endswith("next: voidgen lock && voidgen build\n")

    before = found(project)
    ran = voidgen("generate", "--check", cwd=project)
    assert (ran.status, ran.err) == (0, "")
    assert "nothing to do" in ran.out
    assert found(project) == before


def test_generate_tells_git(project: Path) -> None:
    write(project, {"mine": "", ".gitignore": "image/\n"})
    assert voidgen("generate", cwd=project).status == 0
    argv = ["git", "ls-files", "-z"]
    known = subprocess.run(argv, cwd=project, capture_output=True, check=True, text=True).stdout
    emitted = json.loads((project / "image/emitted.json").read_text())["files"]
    assert set(known.split("\0")) == {*emitted, "image/emitted.json", ".gitattributes", ""}


def test_generate_says_what_changed(project: Path) -> None:
    voidgen("generate", cwd=project)
    write(project, {"voidgen.toml": MODULES, "overlay-src/a/module.toml": SPEC})
    write(project, {"overlay-src/a/files/etc/x": "", "image/include/stray": ""})
    out = voidgen("generate", cwd=project).out
    assert "  + image/include/etc/x\n" in out
    assert "  ~ image/manifest.json\n" in out
    assert "  ? image/include/stray is not part of the image" in out
    write(project, {"voidgen.toml": CONFIG})
    assert "  - image/include/etc/x\n" in voidgen("generate", cwd=project).out


def test_generate_says_what_is_not_locked(project: Path) -> None:
    assert "flake.lock has no nixpkgs" in voidgen("generate", cwd=project).out


def test_a_broken_lock_stops_generate_before_it_writes(project: Path) -> None:
    write(project, {"flake.lock": "<<<<<<< HEAD\n"})
    before = found(project)
    assert voidgen("generate", cwd=project).status == 2
    assert found(project) == before


def test_force(project: Path) -> None:
    write(project, {"flake.nix": "mine"})
    assert voidgen("generate", cwd=project).status == 2
    assert (project / "flake.nix").read_text() == "mine"
    assert voidgen("generate", "--force", cwd=project).status == 0
    assert "voidgen" in (project / "flake.nix").read_text()


@pytest.mark.parametrize("words", [["generate"], ["generate", "--check"]])
def test_quiet(project: Path, words: list[str]) -> None:
    ran = voidgen("--quiet", *words, cwd=project)
    assert (ran.out, ran.err) == ("", "")


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(tmp_path, {"voidgen.toml": CONFIG})
    ran = voidgen("generate", cwd=tmp_path)
    assert ran.status == 2
    assert "is not in a git repository" in ran.err
    assert "git init" in ran.err
    assert list(found(tmp_path)) == ["voidgen.toml"]


def test_without_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ran = voidgen("generate", cwd=project)
    assert ran.status == 1
    assert "git: cannot be started" in ran.err
    assert "install the package git" in ran.err


def test_from_another_folder(project: Path, tmp_path: Path) -> None:
    for where in (str(project), "project", "./project/"):
        assert voidgen("-C", where, "generate", cwd=tmp_path).status == 0
    assert list(found(tmp_path / "project"))
    assert {path.name for path in tmp_path.iterdir()} == {"project"}


def test_from_a_folder_below(project: Path) -> None:
    (project / "deep/er").mkdir(parents=True)
    assert voidgen("generate", cwd=project / "deep/er").status == 0
    assert (project / "flake.nix").exists()


@pytest.mark.parametrize("words", [["generate"], ["show"]])
def test_no_such_folder(project: Path, words: list[str]) -> None:
    ran = voidgen("-C", "missing", *words, cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert "missing" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("folder", [ROOT, OFFLINE], ids=["root", "offline"])
def test_show(folder: Path, tmp_path: Path) -> None:
    ran = voidgen("-C", str(folder), "show", cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    data = json.loads(voidgen("-C", str(folder), "show", "--json", cwd=tmp_path).out)
    names = [
        *(row["name"] for row in data["nix"]["packages"]),
        *(row["name"] for row in data["xbps"]["packages"]),
        *(row["name"] for row in data["modules"]),
        *(row["name"] for row in data["services"]),
        *(row["name"] for row in data["inputs"]),
    ]
    assert names
    for name in (data["image"]["title"], *names):
        assert re.search(rf"(^| ){re.escape(name)}( |$)", ran.out, re.MULTILINE), name
    for row in data["include"]:
        assert row["path"] in ran.out


def test_show_json_is_the_manifest_and_the_inputs(tmp_path: Path) -> None:
    data = json.loads(voidgen("-C", str(ROOT), "show", "--json", cwd=tmp_path).out)
    inputs = {row["name"]: row for row in data.pop("inputs")}
    assert data.pop("lock").keys() == {"container", "packages", "missing"}
    assert data == json.loads((ROOT / "image/manifest.json").read_text()), "run `make golden`"
    assert inputs.keys() == {"nixpkgs", "mklive"}
    assert all(re.fullmatch("[0-9a-f]{40}", row["rev"]) for row in inputs.values())


def test_the_emitted_root_is_current(tmp_path: Path) -> None:
    ran = voidgen("-C", str(ROOT), "generate", "--check", cwd=tmp_path)
    assert ran.status == 0, f"run `make golden`\n{ran.out}{ran.err}"


MANIFEST = documents.built_data(
    [{"name": "a", "outputs": {"out": f"{STORE}a"}, "license": ["mit", "x\x1b"]}],
    [
        {"path": f"{STORE}a", "references": [f"{STORE}a", f"{STORE}b"]},
        {"path": f"{STORE}b", "narSize": 1048576, "references": []},
    ],
    collisions=[{"path": "bin/x", "from": "a^out", "hidden": "b^out"}],
    plan=documents.plan_data(
        services=[{"name": "s", "provider": "p", "by": [documents.BY]}],
        include=[
            {"path": "/d", "type": "directory"},
            {"path": "/d/f", "type": "file", "mode": "0644", "owner": "o", "group": "g"},
            {"path": "/d/l", "type": "symlink", "target": "f", "module": "m"},
        ],
    ),
)


OLDER = "warning: result: older than voidgen.toml and the modules\n    run `voidgen build`\n"


def test_show_built(project: Path) -> None:
    write(project, {"result/manifest.json": json.dumps(MANIFEST)})
    ran = voidgen("show", "--built", cwd=project)
    assert (ran.status, ran.err) == (0, OLDER)
    rows = [line.split() for line in ran.out.splitlines()]
    assert ["a", "1", "1", "B", "1.0", "MiB", "mit,", "x\\x1b"] in rows
    for above, row in (("module m", "link /d/l -> f"), ("made for voidgen.toml", "0644 o:g /d/f")):
        assert rows[rows.index(row.split()) - 1] == above.split()
    assert ["bin/x", "a^out", "b^out"] in rows
    assert json.loads(voidgen("show", "--built", "--json", cwd=project).out) == MANIFEST


def test_show_sizes_of_what_is_built(project: Path) -> None:
    b = {**MANIFEST["packages"][0], "name": "b\x1b", "outputs": {"out": f"{STORE}b"}}
    manifest = MANIFEST | {"packages": [b, *MANIFEST["packages"]]}
    write(project, {"result/manifest.json": json.dumps(manifest)})
    ran = voidgen("show", "--sizes", "--built", cwd=project)
    assert (ran.status, ran.err) == (0, OLDER)
    assert ran.out == (
        "Nix packages: 2\n"
        "  package  closure  unique   shared\n"
        "  a        1.0 MiB     1 B  1.0 MiB\n"
        "  b\\x1b    1.0 MiB     0 B  1.0 MiB\n"
        "  all      1.0 MiB     1 B  1.0 MiB\n\n"
    )
    assert json.loads(voidgen("show", "--built", "--json", "--sizes", cwd=project).out) == {
        "packages": [
            {"name": "a", "closure": 1048577, "only": 1, "shared": 1048576},
            {"name": "b\x1b", "closure": 1048576, "only": 0, "shared": 1048576},
        ],
        "unknown": [],
        "total": {"closure": 1048577, "only": 1, "shared": 1048576},
    }


def test_interrupted(project: Path, tmp_path: Path) -> None:
    # A git that interrupts whoever started it, as ^C does.
    write(tmp_path, {"bin/git": f"#!/bin/sh\nkill -{signal.SIGINT:d} $PPID\nsleep 9\n"})
    (tmp_path / "bin/git").chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "voidgen", "generate"],
        cwd=project,
        env=os.environ | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    # The empty line ends the one on which the terminal shows ^C.
    assert (done.returncode, done.stdout, done.stderr) == (
        130,
        "",
        (
            "\nvoidgen: interrupted\n"
            "  nothing was written; run it again: what was built or fetched is kept\n"
        ),
    )


def test_a_bug_is_told_without_traceback(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> None:
        raise AssertionError("an \x1b bug")

    monkeypatch.setattr("voidgen.project.load", broken)
    ran = voidgen("generate", cwd=project)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("voidgen: internal error: AssertionError: an \\x1b bug\n")
    ran = voidgen("--debug", "generate", cwd=project)
    assert ran.status == 1
    assert ran.err.startswith("Traceback (most recent call last):\n")


@pytest.mark.parametrize(
    "text", ["\x1b[31m", "\x07", "\r", "\x9b", "\u202e", "\udcff", "\x7f", "\x00"]
)
def test_visible(text: str) -> None:
    assert visible(f"a{text}b").isprintable()
    assert visible(f"a{text}b") != f"a{text}b"
    assert visible("é \U0001f600 x") == "é \U0001f600 x"


@pytest.mark.parametrize("locale", ["C", pytest.param("C.UTF-8", marks=pytest.mark.slow)])
def test_names_cannot_steer_the_terminal(project: Path, locale: str) -> None:
    write(
        project,
        {
            "voidgen.toml": MODULES + '[nix]\n"k\\u001b[2J\\n" = "v\\u001b]0;x\\u0007"\n',
            "overlay-src/a/module.toml": SPEC,
            "overlay-src/a/files/etc/\x1b[31mred\nvoidgen.toml:1: forged": "",
            "overlay-src/a/files/etc/\x9b31m": "",
        },
    )
    for words in (["generate"], ["show"], ["show", "--json"], ["generate", "--\x1b[31m"]):
        done = subprocess.run(
            [sys.executable, "-m", "voidgen", *words],
            cwd=project,
            env=os.environ | {"LC_ALL": locale, "PYTHONUTF8": "0"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 2
        said = (done.stdout + done.stderr).decode("utf-8")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", said), said
        assert "Traceback" not in said


def test_a_line_break_in_a_name_forges_no_message(project: Path) -> None:
    forged = "x\nvoidgen.toml:1: forged"
    write(project, {"voidgen.toml": MODULES, "overlay-src/a/module.toml": SPEC})
    write(project, {f"overlay-src/a/files/etc/{forged}": ""})
    ran = voidgen("generate", cwd=project)
    assert ran.status == 2
    assert not any(line.startswith("voidgen.toml:1:") for line in ran.err.splitlines())


@pytest.mark.parametrize("path", ["voidgen.toml", "overlay-src/a/module.toml"])
@pytest.mark.parametrize("make", ["folder", "fifo", "loop", "dangling", "device", "huge", "binary"])
def test_files_that_cannot_be_read(project: Path, path: str, make: str) -> None:
    write(project, {"voidgen.toml": MODULES, "overlay-src/a/module.toml": SPEC})
    file = project / path
    file.unlink()
    match make:
        case "folder":
            file.mkdir()
        case "fifo":
            os.mkfifo(file)
        case "loop":
            file.symlink_to(file.name)
        case "dangling":
            file.symlink_to("missing")
        case "device":
            file.symlink_to("/dev/zero")
        case "huge":
            file.write_bytes(b"#" * (2 << 20))
        case "binary":
            file.write_bytes(bytes(range(256)))
    ran = voidgen("generate", cwd=project)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(path)
    assert "flake.nix" not in found(project)


@pytest.mark.parametrize("name", ["overlay-src", "overlay-src/a/files"])
def test_folders_that_lead_to_themselves(project: Path, name: str) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    if name != "overlay-src":
        write(project, {"overlay-src/a/module.toml": SPEC})
    (project / name).symlink_to(Path(name).name)
    ran = voidgen("generate", cwd=project)
    assert ran.status == 2
    assert ran.err.startswith(name)


def test_nixpkgs_in_place_of_a_folder_of_the_project(project: Path) -> None:
    write(project, {"voidgen.toml": CONFIG + '[nix]\nnixpkgs = "./set"\n', "set/default.nix": ""})
    subprocess.run(["git", "add", "set"], cwd=project, check=True)
    assert voidgen("generate", cwd=project).status == 0
    assert "nixpkgs = ./set;" in (project / "flake.nix").read_text()


def test_show_names_the_module_of_each_path(project: Path) -> None:
    config = CONFIG.replace('"test"', '"test"\nkeymap = "ch-fr_nodeadkeys"')
    write(project, {"voidgen.toml": config + '[overlay]\nmodules = ["b"]\n'})
    for name, more in (("a", ""), ("b", 'requires = ["a"]\n')):
        write(project, {f"overlay-src/{name}/module.toml": f'summary = "{name}"\n{more}'})
        write(project, {f"overlay-src/{name}/files/etc/{name}": ""})
    rows = voidgen("show", cwd=project).out.partition("Overlay: ")[2].splitlines()
    assert [row.split()[-1] for row in rows] == [
        *("3", "a", "/etc/a", "b", "/etc/b"),
        *("voidgen.toml", "/usr/share/kbd/keymaps/xkb/ch-fr_nodeadkeys.map.gz"),
    ]
    told = json.loads(voidgen("show", "--json", cwd=project).out)
    found = {one["path"]: one["module"] for one in told["include"] if "module" in one}
    assert found == {"/etc/a": "a", "/etc/b": "b"}
