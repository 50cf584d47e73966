"""An image that boots, and a check that no QEMU process is left."""

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
    """A folder for an ISO and its files. At the end, no QEMU that was started there may be left."""
    yield tmp_path
    assert running(tmp_path) == []
    # pytest keeps some folders, and an ISO is large.
    shutil.rmtree(tmp_path)


def running(folder: Path) -> list[str]:
    """Return the process ids of QEMUs whose working directory is ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_qemu = (process / "comm").read_text().startswith("qemu-system")
            if is_qemu and (process / "cwd").readlink() == folder:
                found.append(process.name)
        except OSError:
            continue
    return found
