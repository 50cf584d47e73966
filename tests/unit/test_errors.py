"""What to do about what the system refuses."""

import errno
import os
from pathlib import Path

import pytest

from voidgen.errors import FREE, MEND, StepFailedError, refused
from voidgen.system.files import write_atomically

REMEDIES = {errno.ENOSPC: FREE, errno.EDQUOT: FREE, errno.EACCES: MEND, errno.EIO: MEND}


@pytest.mark.parametrize("number", REMEDIES)
def test_remedy_of_a_refusal(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
