"""The order of one boot, with a stand-in for the machine; tests/boot has a real one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from attrs import define, evolve
from tests.support import documents
from tests.support.program import write

from voidgen.boot import driver, host, image, machine, qemu, run, server
from voidgen.boot.image import BootableIso
from voidgen.boot.machine import Choice, Offer, Wishes
from voidgen.boot.run import Request
from voidgen.boot.types import LONGEST_TEST, Accelerator, Medium
from voidgen.errors import Fault, WrongInputError
from voidgen.image.snapshot import Snapshot, Xbps
from voidgen.outcome.types import Outcome
from voidgen.plan.documents import PlanDocument
from voidgen.progress import NoProgress
from voidgen.schema import typed_json

PASSED = Outcome("boot", "passed")


@define
class Guest:
    """A machine that ends by itself, or never; ``pictures`` are its screenshots.

    ``fetched`` is what its network card found at the URL from which it started.
    """

    pictures: list[Path]
    fetched: bytes = b""
    ends: bool = False
    interrupted: bool = False
    waited: float | None = None

    @property
    def process(self) -> SimpleNamespace:
        return SimpleNamespace(poll=lambda: 1 if self.ends else None)

    def wait(self, seconds: float | None) -> bool:
        self.waited = seconds
        if self.interrupted:
            raise KeyboardInterrupt
        return self.ends

    def said(self) -> str:
        return "a panic"

    def screenshot(self, file: Path) -> None:
        self.pictures.append(file)


@define
class Heard:
    choice: Choice | None = None
    log: Path | None = None
    doubt: str = ""

    def doubted(self, fault: Fault) -> None:
        self.doubt = fault.what

    def chosen(self, _: BootableIso, choice: Choice) -> None:
        self.choice = choice

    def started(self, log: Path) -> None:
        self.log = log


def fetched(url: str) -> Iterator[bytes]:
    """Yield the script at ``url``, and the kernel in the folder that the script names."""
    place = urlsplit(url)
    assert (place.hostname, place.path) == (server.HOST, "/start.ipxe")
    for path in (place.path, "/files/vmlinuz"):
        connection = HTTPConnection("127.0.0.1", place.port)
        connection.request("GET", path)
        yield connection.getresponse().read()
        connection.close()


@pytest.fixture
def guest(monkeypatch: pytest.MonkeyPatch) -> Guest:
    found = Guest([])

    @contextmanager
    def started(_: object, medium: Medium, *__: Any, **___: Any) -> Iterator[Guest]:
        if medium.netboot:
            found.fetched = b"".join(fetched(medium.netboot))
        yield found

    def drive(_: object, __: object, ___: object, seconds: float, ____: object) -> SimpleNamespace:
        found.waited = seconds
        return SimpleNamespace(outcomes=lambda: [PASSED])

    plan = documents.plan(image={"cmdline": ["console=ttyS0"]})
    for module, name, answer in (
        (host, "qemu", lambda: Path("/qemu")),
        (host, "offer", lambda wishes, *_: _offer(wishes)),
        (image, "read", lambda iso: BootableIso(iso, Snapshot("x", plan), plan)),
        (qemu, "started", started),
        (driver, "Driver", drive),
    ):
        monkeypatch.setattr(module, name, answer)
    return found


def _offer(wishes: Wishes) -> Offer:
    window = machine.wants_window(wishes, has_screen=True)
    return Offer(Accelerator("tcg"), 1024, 1, None, frozenset({"gtk"}) if window else None)


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    return Request(tmp_path, tmp_path / "x.iso", Wishes(), screenshot=tmp_path / "shot.png")


def test_a_machine_that_is_shown(guest: Guest, request_: Request) -> None:
    heard = Heard()
    result = run.run(evolve(request_, seconds=7), heard, NoProgress())
    assert (result.outcomes, result.ended, guest.waited) == (None, False, 7)
    assert heard.log == result.log == request_.folder / "x.serial.log"
    assert result.machine.display == "gtk,gl=off"
    assert guest.pictures == [request_.screenshot]


def test_a_machine_that_has_ended_has_no_picture(guest: Guest, request_: Request) -> None:
    guest.ends = True
    assert run.run(request_, Heard(), NoProgress()).ended
    assert guest.pictures == []


def test_an_interrupted_machine_has_a_picture(guest: Guest, request_: Request) -> None:
    guest.interrupted = True
    with pytest.raises(KeyboardInterrupt):
        run.run(request_, Heard(), NoProgress())
    assert guest.pictures == [request_.screenshot]


def test_a_test(guest: Guest, request_: Request) -> None:
    heard, junit = Heard(), request_.folder / "junit.xml"
    asked = evolve(request_, test=True, junit=junit)
    result = run.run(asked, heard, NoProgress())
    assert (result.outcomes, result.printed, guest.waited) == ((PASSED,), "", LONGEST_TEST)
    assert (heard.choice is not None, heard.log) == (True, None)
    assert result.machine.display == "none"
    assert guest.pictures == [request_.screenshot]
    assert 'tests="1"' in junit.read_text()


@pytest.mark.parametrize(("window", "display"), [(None, "none"), (True, "gtk,gl=off")])
@pytest.mark.usefixtures("guest")
def test_a_test_has_a_window_if_asked(request_: Request, window: bool | None, display: str) -> None:
    asked = evolve(request_, test=True, wishes=Wishes(window=window))
    assert run.run(asked, Heard(), NoProgress()).machine.display == display


def test_a_machine_that_ends_in_a_test(guest: Guest, request_: Request) -> None:
    guest.ends = True
    result = run.run(evolve(request_, test=True), Heard(), NoProgress())
    assert (result.outcomes, result.printed) == ((PASSED,), "a panic")
    assert guest.pictures == []


@pytest.mark.usefixtures("guest")
def test_the_projects_iso_may_be_older_than_the_project(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = request_.folder
    text = '[image]\nname = "x"\n[nix]\nnixpkgs = "./p"\n'
    write(folder, {"voidgen.toml": text, "p/default.nix": "", "out/x.iso": ""})
    plan = typed_json.structure(documents.current({}, folder)["plan"], PlanDocument)
    current = Snapshot("x", plan, {}, "", {})
    relocked = evolve(current, xbps={"bash": Xbps("5.2_1", 1)})
    for snapshot, now, said in (
        (current, text, ""),
        (relocked, text, "older than flake.lock and voidgen.lock"),
        (current, text.replace("./p", "./q"), "may be older"),
        (current, text.replace("[nix]", 'title = "y"\n[nix]'), "older than voidgen.toml"),
    ):
        write(folder, {"voidgen.toml": now})
        found = BootableIso(folder / "out/x.iso", snapshot, plan)
        monkeypatch.setattr(image, "read", lambda _, found=found: found)
        heard = Heard()
        run.run(evolve(request_, iso=None), heard, NoProgress())
        assert heard.doubt.startswith(said)
        assert bool(heard.doubt) == bool(said)
        assert heard.choice


def test_a_machine_that_starts_over_the_network(guest: Guest, request_: Request) -> None:
    asked = evolve(request_, netboot=True)
    with pytest.raises(WrongInputError, match="no such folder") as error:
        run.run(asked, Heard(), NoProgress())
    assert error.value.faults[0].remedy == "make it with `voidgen iso --netboot`"
    write(request_.folder / "x-netboot", {"vmlinuz": "kernel"})
    result = run.run(asked, Heard(), NoProgress())
    assert result.machine.firmware is None
    script = (
        rb"#!ipxe\nset base-url http://10\.0\.2\.2:\d+/files/\nchain \$\{base-url\}boot\.ipxe\n"
    )
    assert re.fullmatch(script + b"kernel", guest.fetched)


@pytest.mark.parametrize("name", ["screenshot", "log", "junit"])
def test_a_missing_folder_is_an_error_before_the_boot(
    guest: Guest, request_: Request, name: str
) -> None:
    heard = Heard()
    files: dict[str, Any] = {name: request_.folder / "missing/file"}
    with pytest.raises(WrongInputError, match="no such folder"):
        run.run(evolve(request_, **files), heard, NoProgress())
    assert (heard.choice, guest.waited) == (None, None)
