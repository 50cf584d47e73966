"""What ends voidgen politely ends what it started, too."""

from __future__ import annotations

import signal


def be_interrupted() -> None:
    """Take SIGTERM and SIGHUP as Ctrl-C; nohup(1) ignores one of them, and still does."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) == signal.SIG_DFL:
            signal.signal(one, signal.default_int_handler)
