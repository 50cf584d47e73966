"""Make and check signatures with `ssh-keygen -Y`, also with keys of agents and hardware."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.system.files import read_input, read_regular_file, write_atomically
from voidgen.system.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMESPACE = "voidgen"
"""A signature with another namespace, for another purpose, does not count."""
ENDING = ".sig"
MAKE_ONE = "create a key with `ssh-keygen -t ed25519`, or name the .pub of a key in your agent"
LARGEST = 1 << 20
"""Maximum bytes of a signature, and of a file of signers."""
_KEY_TYPE = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+ ")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_SIGNED_BY = re.compile(r"with (\S+ key \S+)")


@frozen
class Checked:
    """A signature's result: good or not, by whom (a key, or its owner), and ssh-keygen's output."""

    good: bool
    who: str
    output: str

    @property
    def fingerprint(self) -> str:
        """Return the key's fingerprint, ``SHA256:…``; empty if it did not sign the data."""
        found = _FINGERPRINT.search(self.who.rpartition(" key ")[2])
        return found[0] if found else ""


def sign(data: bytes, key: Path, namespace: str = NAMESPACE) -> bytes:
    """Sign ``data`` with the private ``key``, or with the agent that has it; return the signature.

    ssh-keygen asks for a passphrase at the terminal. Raises StepFailedError if it does not sign.
    """
    argv = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(key)]
    done = run(argv, cwd=Path("/"), stdin=data, check=False)
    if done.status or not done.stdout:
        output = done.stderr.decode(errors="replace").strip()
        raise StepFailedError(f"{key}: ssh-keygen cannot sign with this key", MAKE_ONE, output)
    return done.stdout


def sign_file(file: Path, key: Path) -> Path:
    """Sign ``file`` with ``key`` as `sign` does; return the signature's file, beside it."""
    made = file.with_name(f"{file.name}{ENDING}")
    write_atomically(made, sign(read_regular_file(file, LARGEST), key.absolute()))
    return made


def refuse_no_key(key: Path) -> None:
    """Raise WrongInputError if ``key`` is neither a private key nor its public part."""
    text = read_input(key, LARGEST).decode(errors="replace")
    if "PRIVATE KEY" not in text and not _KEY_TYPE.match(text):
        raise WrongInputError(Fault("is not an SSH key", key, remedy=MAKE_ONE))


def signers(files: Iterable[Path], keys: Iterable[str]) -> list[str]:
    """Return allowed signers as lines (ssh-keygen(1), "ALLOWED SIGNERS").

    ``files`` have that form, or are public keys; ``keys`` are public keys. Raises WrongInputError
    if a file cannot be read, or is neither.
    """
    lines = [f"{NAMESPACE} {key}" for key in keys]
    for file in files:
        text = read_input(file, LARGEST).decode(errors="replace")
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
    """Check that ``signature`` is for ``data``, and by one of the ``allowed`` signers.

    Raises StepFailedError if ssh-keygen cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="voidgen-") as folder:
        known, signed = Path(folder, "allowed"), Path(folder, "signature")
        known.write_text("".join(f"{line}\n" for line in allowed))
        signed.write_bytes(signature)
        words = ("-n", namespace, "-s", str(signed))
        by_any = _ssh_keygen(["check-novalidate", *words], data)
        who = _SIGNED_BY.search(by_any.output)
        if not by_any.good:
            return Checked(False, "", by_any.output)
        key = who[1] if who else ""
        found = _ssh_keygen(["find-principals", "-f", str(known), *words[2:]], b"")
        for name in found.output.splitlines() if found.good else ():
            one = _ssh_keygen(["verify", "-f", str(known), "-I", name, *words], data)
            if one.good:
                return Checked(True, key if name == NAMESPACE else f"{name}, {key}", one.output)
        return Checked(False, key, found.output)


def _ssh_keygen(words: list[str], data: bytes) -> Checked:
    done = run(["ssh-keygen", "-Y", *words], cwd=Path("/"), stdin=data, check=False)
    output = (done.stdout + done.stderr).decode(errors="replace").strip()
    return Checked(done.status == 0, "", output)
