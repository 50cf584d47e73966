"""Messages of the command line itself."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support.program import Ran, voidgen, write
from tests.unit.provenance.test_statements import SAID

from voidgen import project
from voidgen.check import rebuilt, run, store
from voidgen.cli import generate
from voidgen.nix import evaluation, flakes, readiness
from voidgen.nix.setup_remedies import Machine
from voidgen.outcome.types import Outcome
from voidgen.progress import NoProgress
from voidgen.provenance import envelope, signature, source, statements
from voidgen.provenance.envelope import Envelope
from voidgen.provenance.source import Source
from voidgen.release import checkout
from voidgen.system import process
from voidgen.system.files import project_lock, write_atomically

CONFIG = '[image]\nname = "test"\n'


def _voidgen(folder: Path, *words: str) -> Ran:
    write(folder, {"voidgen.toml": CONFIG})
    return voidgen(*words, cwd=folder)


def graph_picture_on_a_terminal(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    patch.setattr("voidgen.cli.output.sys", terminal)
    return _voidgen(folder, "graph", "--format", "png")


def search_without_nix(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    patch.setenv("PATH", "/nowhere")
    return _voidgen(folder, "search", "--only", "nix", "hello")


def search_of_the_modules_alone(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    patch.setenv("PATH", "/nowhere")
    return _voidgen(folder, "--quiet", "search", "zzzz")


def init_without_busybox(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    patch.setenv("PATH", str(folder))
    return voidgen("init", "--offline", "new", cwd=folder)


def init_in_the_home_folder(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    home = folder.parent / "home"
    home.mkdir()
    patch.setenv("HOME", str(home))
    return voidgen("init", cwd=home)


def init_above_the_home_folder(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    homes = folder.parent / "homes"
    homes.mkdir()
    patch.setenv("HOME", str(homes / "me"))
    return voidgen("init", cwd=homes)


def generate_outside_a_repository(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    outside = folder.parent / "outside"
    outside.mkdir()
    return _voidgen(outside, "generate")


def generate_in_the_home_folder(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    home = folder.parent / "home"
    home.mkdir()
    patch.setenv("HOME", str(home))
    return _voidgen(home, "generate")


def verify_signers_without_a_key(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "signers").write_text("me@example.org\n")
    signature.signers([folder / "signers"], [])


def iso_signed_by_no_key(folder: Path, _: pytest.MonkeyPatch) -> None:
    signature.sign(b"sums", folder / "key")


def iso_sign_with_a_file_that_is_not_a_key(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "key").write_text("no key")
    signature.refuse_no_key(folder / "key")


def check_unknown(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Run `check` with a name that the built closure does not have."""
    write(folder, {"voidgen.toml": CONFIG})
    well = Outcome("it", "passed", "")
    for module, name, answer in (
        (flakes, "build", "/nix/store/x"),
        (evaluation, "evaluate", "/nix/store/x.drv"),
        (rebuilt, "ours", []),
        (rebuilt, "check", []),
        (store, "recorded", well),
        (store, "verified", well),
        (store, "named", ({}, ["vmi"])),
    ):
        patch.setattr(module, name, lambda *_, answer=answer, **__: answer)
    request = run.Request(project.load(folder), closure=("vmi",))
    list(run.built(request, NoProgress()))


def another_voidgen(folder: Path, _: pytest.MonkeyPatch) -> None:
    with project_lock(folder), project_lock(folder):
        pass


def write_refused(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "file").mkdir()
    write_atomically(folder / "file", b"")


def program_missing(folder: Path, _: pytest.MonkeyPatch) -> None:
    process.run(["xbps-rindex-x", "--add"], cwd=folder)


def program_of_a_package_missing(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PATH", str(folder))
    process.run(["dot", "-Tsvg"], cwd=folder)


def program_refused(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "program").write_text("")
    process.run([str(folder / "program")], cwd=folder)


def program_fails(folder: Path, _: pytest.MonkeyPatch) -> None:
    process.run(["sh", "-c", "echo 'no such thing' >&2; exit 3"], cwd=folder)


def program_hangs(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(process, "PATIENCE", 0.2)
    process.ask(["sleep", "60"], cwd=folder)


def program_without_end(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(process, "LARGEST", 1 << 20)
    process.run(["yes", "no"], cwd=folder)


def program_killed(folder: Path, _: pytest.MonkeyPatch) -> None:
    process.run(["sh", "-c", "kill -9 $$"], cwd=folder)


def verify_source_without_a_commit(_: Path, __: pytest.MonkeyPatch) -> None:
    source.parse("https://example.org/image@main")


def verify_source_with_a_wrong_folder(_: Path, __: pytest.MonkeyPatch) -> None:
    source.parse(f"https://example.org/image@{'0' * 40}?dir=../image")


def _without_network(patch: pytest.MonkeyPatch, said: dict[str, tuple[int, str, str]]) -> None:
    """Have git answer each verb with ``said``, or succeed without output."""

    def answer(words: list[str], *_: object, **__: object) -> process.Completed:
        status, out, err = said.get(words[0], (0, "", ""))
        return process.Completed(status, out.encode(), err.encode())

    patch.setattr(checkout, "_git", answer)


def rebuild_of_a_commit_that_is_gone(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _without_network(patch, {"fetch": (128, "", "fatal: remote error: not our ref")})
    place = folder / "source"
    (place / ".git").mkdir(parents=True)
    checkout.check_out(Source("https://example.org/image", "0" * 40), place)


def rebuild_of_a_tag(folder: Path, patch: pytest.MonkeyPatch) -> None:
    _without_network(patch, {"rev-parse": (0, "1" * 40, "")})
    place = folder / "source"
    (place / ".git").mkdir(parents=True)
    checkout.check_out(Source("https://example.org/image", "0" * 40), place)


def statements_without_room(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(envelope, "sign", lambda *_: Envelope(b"", "", b""))
    (folder / "x.intoto.jsonl").write_text("".join(f"{n}\n" for n in range(statements.MOST)))
    statements.add(folder / "x.iso", SAID, folder / "key")


def repository_of_another_user(folder: Path, patch: pytest.MonkeyPatch) -> Ran:
    """git has a variable with which its own tests make a repository another user's."""
    write(folder, {"voidgen.toml": '[image]\nname = "test"\n'})
    patch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "true")
    return voidgen("generate", cwd=folder)


def nix_build_will_not_work(_: Path, patch: pytest.MonkeyPatch) -> Ran:
    patch.setenv("HOME", "/home/me")
    for name in ("NIX_USER_CONF_FILES", "XDG_CONFIG_HOME"):
        patch.delenv(name, raising=False)
    patch.setattr("os.geteuid", lambda: 1000)
    found = [Machine("void", is_root=False).remedy(one) for one in ("features", "daemon")]
    patch.setattr(readiness, "remedies", lambda: found)
    patch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    patch.setenv("COLUMNS", "80")
    generate.warn_of_nix()
    return Ran(0, "", "")
