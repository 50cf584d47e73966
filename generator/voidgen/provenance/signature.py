"""Signatures by ssh-keygen(1), "-Y": keys of agents and hardware sign, too."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, StepFailedError, WrongInputError, unreadable
from voidgen.system.files import read_regular_file, write_atomically
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMESPACE = "voidgen"
"""A signature for another purpose is none here."""
ENDING = ".sig"
MAKE_ONE = "make one with `ssh-keygen -t ed25519`, or name the .pub of one that an agent has"
LARGEST = 1 << 20
"""Bytes of a signature, and of a file of signers."""
_KEY_TYPE = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+ ")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_SIGNED_BY = re.compile(r"with (\S+ key \S+)")


@frozen
class Checked:
    """Whether a signature is good, by whom (a key, or its owner's name), and what was said."""

    good: bool
    who: str
    said: str

    @property
    def fingerprint(self) -> str:
        """The key's, ``SHA256:…``; empty where the signature is not one of the data."""
        found = _FINGERPRINT.search(self.who.rpartition(" key ")[2])
        return found[0] if found else ""


def sign(data: bytes, key: Path, namespace: str = NAMESPACE) -> bytes:
    """The signature of ``data`` by the private ``key``, or by the agent that has it.

    A passphrase is asked for at the terminal. Raises StepFailedError where it is not signed.
    """
    argv = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(key)]
    done = run(argv, cwd=Path("/"), stdin=data, check=False)
    if done.status or not done.stdout:
        output = done.stderr.decode(errors="replace").strip()
        raise StepFailedError(f"{key}: does not sign", MAKE_ONE, output)
    return done.stdout


def sign_file(file: Path, key: Path) -> Path:
    """Sign ``file`` by ``key``, as `sign` does; the signature, which lies beside it."""
    made = file.with_name(f"{file.name}{ENDING}")
    write_atomically(made, sign(read_regular_file(file, LARGEST), key.absolute()))
    return made


def refuse_no_key(key: Path) -> None:
    """WrongInputError where ``key`` is neither a private key nor the public part of one."""
    try:
        text = read_regular_file(key, LARGEST).decode(errors="replace")
    except OSError as error:
        raise WrongInputError(unreadable(error, key)) from None
    if "PRIVATE KEY" not in text and not _KEY_TYPE.match(text):
        raise WrongInputError(Fault("is no SSH key", key, remedy=MAKE_ONE))


def signers(files: Iterable[Path], keys: Iterable[str]) -> list[str]:
    """Lines as "ALLOWED SIGNERS" of ssh-keygen(1) has them.

    ``files`` are of that form, or public keys; ``keys`` are public keys. WrongInputError where a
    file cannot be read, or holds neither.
    """
    lines = [f"{NAMESPACE} {key}" for key in keys]
    for file in files:
        try:
            text = read_regular_file(file, LARGEST).decode(errors="replace")
        except OSError as error:
            raise WrongInputError(unreadable(error, file)) from None
        found = [line for line in text.splitlines() if line.strip() and line[0] != "#"]
        if "PRIVATE KEY" in text or not found or not all(map(_named, found)):
            remedy = "name a public key (KEY.pub), or a file of allowed signers (ssh-keygen(1))"
            raise WrongInputError(Fault("names no signers", file, remedy=remedy))
        lines += [f"{NAMESPACE} {one}" if _KEY_TYPE.match(one) else one for one in found]
    return lines


def _named(line: str) -> bool:
    return bool(_KEY_TYPE.search(line))


def check(
    data: bytes, signature: bytes, allowed: Iterable[str], namespace: str = NAMESPACE
) -> Checked:
    """Whether ``signature`` is one of ``data``, by one of the ``allowed`` signers.

    Raises StepFailedError if ssh-keygen cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="voidgen-") as folder:
        known, signed = Path(folder, "allowed"), Path(folder, "signature")
        known.write_text("".join(f"{line}\n" for line in allowed))
        signed.write_bytes(signature)
        words = ("-n", namespace, "-s", str(signed))
        by_any = _said(["check-novalidate", *words], data)
        who = _SIGNED_BY.search(by_any.said)
        if not by_any.good:
            return Checked(False, "", by_any.said)
        key = who[1] if who else ""
        found = _said(["find-principals", "-f", str(known), *words[2:]], b"")
        for name in found.said.splitlines() if found.good else ():
            one = _said(["verify", "-f", str(known), "-I", name, *words], data)
            if one.good:
                return Checked(True, key if name == NAMESPACE else f"{name}, {key}", one.said)
        return Checked(False, key, found.said)


def _said(words: list[str], data: bytes) -> Checked:
    done = run(["ssh-keygen", "-Y", *words], cwd=Path("/"), stdin=data, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    return Checked(done.status == 0, "", said)
