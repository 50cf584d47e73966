"""Every message has a case in ``cases``. Read the texts in review.

tests/support/cases.py describes the format. `pytest tests/messages --update-golden` writes what is
expected again.
"""

import inspect
import re
import shlex
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from tests.messages import sites
from tests.support import cases
from tests.support.cases import Case
from tests.support.program import Ran, found, voidgen, write

from voidgen.cli.report import report, say
from voidgen.errors import StepFailedError, WrongInputError

HERE = Path(__file__).parent
FILES = HERE / "cases"
CASES = sorted(file.stem for file in FILES.glob("*.txt"))
AFTER_WRITING = ("repository-changed-when-it-is-emitted",)
"""What git changes in emitted files, which `generate` finds once it has written the image."""
Example = Callable[[Path, pytest.MonkeyPatch], Ran | None]


def examples() -> dict[str, Example]:
    """Return the public functions of ``examples``, by ``MODULE.FUNCTION``."""
    found: dict[str, Example] = {}
    for file in sorted((HERE / "examples").glob("*.py")):
        module = import_module(f"tests.messages.examples.{file.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{file.stem}.{name}"] = function
    return found


EXAMPLES = examples()


VALUE = re.compile(
    r"(voidgen\.toml|overlay-src/[^:]+)(:\d+)?: .*(expected |this key is required|template: "
    r"|not TOML: |nested too deeply|has a NUL character|cannot be part of the overlay)"
)
"""What is wrong with a value or a text of the project may need no other remedy."""


def check_style(said: str) -> None:
    """Assert that a message says where it comes from, what is wrong, and what to do.

    Instead of what to do, a message may show a program's output.
    """
    first, *more = said.splitlines()
    assert re.match(r"voidgen: |@project@|[^:]*[\w/](:\d+)?: ", first)
    assert VALUE.match(first) or any(re.match(r" {2,4}\S", line) for line in more)


def read(name: str) -> Case:
    return cases.parse((FILES / f"{name}.txt").read_text(), HERE / "bases")


def set_up(case: Case, folder: Path) -> None:
    """Make the case's project in ``folder``."""
    write(folder, case.files)
    script = "\n".join(["set -e", *(line.removeprefix("$ ") for line in case.steps[:-1])])
    if case.steps[:-1]:
        subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True)


def run(step: str, folder: Path, patch: pytest.MonkeyPatch) -> Ran | None:
    if step.startswith("call "):
        return EXAMPLES[step.removeprefix("call ")](folder, patch)
    return voidgen(*shlex.split(step.removeprefix("$ voidgen ")), cwd=folder)


@pytest.mark.parametrize("name", CASES)
def test_message(
    name: str,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update_golden: bool,
) -> None:
    case = read(name)
    set_up(case, repository)
    before = found(repository)
    said, status = "", 0
    try:
        ran = run(case.steps[-1], repository, monkeypatch)
        assert ran, "it went well"
        said, status = ran.err, ran.status
        assert ran.out == ""
    except WrongInputError as error:
        report(error.faults)
        status = 2
    except StepFailedError as error:
        say(error.what, error.remedy, error.output)
        status = 1
    monkeypatch.undo()
    said = (said or capsys.readouterr().err).replace(str(repository), "@project@")
    said = said.replace(str(repository.parent), "@tmp@")
    expected = f"{cases.EXPECTED}{status} --\n{said}"
    if update_golden:
        (FILES / f"{name}.txt").write_text(case.given + expected)
    else:
        assert expected == case.expected
    check_style(said)
    if status == 2 and case.steps[-1].startswith("$ ") and name not in AFTER_WRITING:
        assert found(repository) == before, "wrong input must leave the project alone"


def test_each_message_has_a_case() -> None:
    said = "\n".join(read(name).expected for name in CASES)
    found = sites.messages()
    assert len(found) > 150
    assert [one.place for one in found if not one.opaque and not one.is_in(said)] == []


def test_each_function_is_called_once() -> None:
    last = [read(name).steps[-1] for name in CASES]
    called = [step.removeprefix("call ") for step in last if step.startswith("call ")]
    assert sorted(called) == sorted(EXAMPLES)
