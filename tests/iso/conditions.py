"""Other conditions under which to build an ISO, which must not affect its bytes."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from voidgen.container.engine import ARGUMENTS

FAKETIME = next(Path("/usr/lib").glob("*/faketime"), None)
DATE = {
    "LD_PRELOAD": "/faketime/libfaketime.so.1",
    "FAKETIME": "+400d",
    # The kernel, not libfaketime, sets the times of files.
    "NO_FAKE_STAT": "1",
}


@contextmanager
def others() -> Iterator[None]:
    """Change the umask, date, time zone, locale and number of processors."""
    assert FAKETIME, "needs libfaketime (Debian package libfaketime)"
    words = [f"--volume={FAKETIME}:/faketime:ro", *(f"--env={k}={v}" for k, v in DATE.items())]
    engine = f"{os.environ[ARGUMENTS]} {shlex.join(words)}"
    before, processors = os.umask(0o077), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(ARGUMENTS, engine)
            patch.setenv("TZ", "Asia/Kathmandu")
            patch.setenv("LC_ALL", "C.UTF-8")
            yield
    finally:
        os.umask(before)
        os.sched_setaffinity(0, processors)
