"""Serve the files of a netboot folder to QEMU's guest over HTTP."""

from __future__ import annotations

import tempfile
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.image.netboot import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "10.0.2.2"
"""This machine, as the guest sees it (QEMU, "Network emulation": user mode)."""
_START = "start.ipxe"


class _Quiet(SimpleHTTPRequestHandler):
    """Prints nothing."""

    def log_message(self, *_: object) -> None:
        """Ignore it."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve ``folder`` on a free port of this machine only; yield the URL of a script for iPXE.

    The script names the folder's URL, which iPXE before March 2024 cannot find out, and then
    starts the one in ``folder``.
    """
    with tempfile.TemporaryDirectory(prefix="voidgen-netboot-") as top:
        Path(top, "files").symlink_to(folder.absolute())
        handler = partial(_Quiet, directory=top)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            url = f"http://{HOST}:{server.server_port}"
            lines = ("#!ipxe", f"set base-url {url}/files/", f"chain ${{base-url}}{SCRIPT}", "")
            Path(top, _START).write_text("\n".join(lines))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"{url}/{_START}"
            finally:
                server.shutdown()
