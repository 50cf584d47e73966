"""XBPS's stand-in as one process for all starts of its programs: a fork of it runs each.

``resident.py DESCRIPTOR`` takes them from a socket that listens, until its standard input ends.
"""

import os
import select
import signal
import socket
import sys
import traceback
from typing import NoReturn

from tests.stand_in import xbps


def main() -> None:
    """Answer until nobody is there to ask."""
    # No child is waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
            asker, _ = listening.accept()
            if os.fork() == 0:
                _answer(asker)
            asker.close()


def _answer(asker: socket.socket) -> NoReturn:
    """Be the program that start.py was called as, with its outputs, and tell it the status."""
    status: object = 1
    try:
        data, outputs, *_ = socket.recv_fds(asker, 1 << 18, 2)
        for number, output in enumerate(outputs, start=1):
            os.dup2(output, number)
        cwd, os.environ["XBPS_ARCH"], *sys.argv = os.fsdecode(data).split("\0")
        os.chdir(cwd)
        xbps.main()
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001 - as an interpreter of its own would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        asker.send(str(status).encode())
        os._exit(0)


if __name__ == "__main__":
    main()
