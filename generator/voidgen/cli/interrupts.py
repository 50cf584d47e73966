"""Make the signals that end voidgen also end the programs that it started."""

from __future__ import annotations

import signal


def be_interrupted() -> None:
    """Take SIGTERM and SIGHUP as Ctrl-C; a signal that nohup(1) ignores stays ignored."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) == signal.SIG_DFL:
            signal.signal(one, signal.default_int_handler)
