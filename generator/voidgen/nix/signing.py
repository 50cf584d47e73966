"""Signing store paths, and copying them to another store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.nix import commands
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Sequence


def public_key(secret: bytes) -> str:
    """Return the public key for ``secret``; StepFailedError if it isn't a secret key of Nix."""
    words = ["nix", "key", "convert-secret-to-public", *commands.FLAKES]
    return run(words, cwd=Path("/"), stdin=secret).stdout.decode().strip()


def sign(paths: Sequence[str], key: Path) -> None:
    """Sign ``paths`` and all that they need, with the secret key in the file ``key``."""
    commands.run_nix(["store", "sign", "--recursive", "--key-file", str(key), *paths])


def copy(paths: Sequence[str], store: str) -> None:
    """Copy ``paths`` and all that they need to another ``store``, named by its URL."""
    commands.run_nix(["copy", "--to", store, *paths])
