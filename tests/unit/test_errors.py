"""Remedies for errors of the system."""

import errno
import os
from pathlib import Path

import pytest

from voidgen.errors import FIX_AND_RERUN, FREE_SPACE, StepFailedError, refused
from voidgen.system.files import write_atomically

REMEDIES = {
    errno.ENOSPC: FREE_SPACE,
    errno.EDQUOT: FREE_SPACE,
    errno.EACCES: FIX_AND_RERUN,
    errno.EIO: FIX_AND_RERUN,
}


@pytest.mark.parametrize("number", REMEDIES)
def test_each_error_of_the_system_has_its_remedy(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = OSError(number, os.strerror(number))
    assert refused(error, "/x").what == f"/x: {os.strerror(number)}"
    assert refused(error, "/x").remedy == REMEDIES[number]

    def fails(_: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StepFailedError) as caught:
        write_atomically(tmp_path / "file", b"data")
    assert caught.value.remedy == REMEDIES[number]
    assert list(tmp_path.iterdir()) == []
