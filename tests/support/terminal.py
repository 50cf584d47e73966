"""voidgen on a terminal."""

import os
import pty
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path


def on_terminal(folder: Path, *words: str, columns: int = 80) -> tuple[int, str, str]:
    """Run voidgen on a terminal; return its status, what it printed there, and standard error."""
    reader, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(
        [sys.executable, "-m", "voidgen", *words],
        cwd=folder, env=env, stdin=terminal, stdout=terminal, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        os.close(terminal)
        said = b""
        with suppress(OSError):  # Linux reports a closed terminal as an input error.
            while data := os.read(reader, 1 << 16):
                said += data
        os.close(reader)
        assert process.stderr
        errors = process.stderr.read().decode()
    return process.returncode, said.decode().replace("\r\n", "\n"), errors
