"""An image that boots, and the processes that must not stay."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.boot import image
from tests.boot.image import Parts


@pytest.fixture(scope="session")
def parts() -> Parts:
    return image.parts()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """For an ISO and what is beside it; no QEMU may be left that was started there."""
    yield tmp_path
    assert running(tmp_path) == []
    # An ISO is large, and pytest keeps some.
    shutil.rmtree(tmp_path)


def running(folder: Path) -> list[str]:
    """The process ids of QEMUs whose working directory is ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_qemu = (process / "comm").read_text().startswith("qemu-system")
            if is_qemu and (process / "cwd").readlink() == folder:
                found.append(process.name)
        except OSError:
            continue
    return found
