"""References to container images, and the digests that they have today."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.schema import typed_json
from voidgen.system.process import run_with_retries
from voidgen.system.untrusted import GarbledError

_FAULTS = re.compile(
    rb"(?i)i/o timeout|connection (?:refused|reset)|TLS handshake timeout|unexpected EOF"
    rb"|temporary failure in name resolution|(?:status(?: code)?:? )5\d\d|50[234] "
)
"""Messages of skopeo, podman and docker after which it may help to try again."""

_DIGEST = r"sha256:[0-9a-f]{64}"
_REFERENCE = re.compile(rf"(?P<name>[^@]+?)(?::(?P<tag>[\w][\w.-]*))?(?:@(?P<digest>{_DIGEST}))?")


@frozen
class ContainerReference:
    """A reference to an image: ``name``, and a tag or a digest or both (empty: none)."""

    name: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        """Return ``name:tag@sha256:…``."""
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}{f'@{self.digest}' if self.digest else ''}"


def parse(reference: str) -> ContainerReference:
    """Return the parts of ``name:tag@sha256:…``."""
    match = _REFERENCE.fullmatch(reference)
    return ContainerReference(**match.groupdict("")) if match else ContainerReference(reference)


def digest(image: ContainerReference) -> str:
    """Return the digest of what ``image`` names now; by its digest, if it has one.

    Asks skopeo, or an engine, which has to pull the image for that. Raises StepFailedError if none
    of them is installed, if the registry does not have the image, or if no digest is printed.
    """
    # Most programs take a tag or a digest, not both.
    reference = str(ContainerReference(image.name, digest=image.digest) if image.digest else image)
    for program, ask in (
        ("skopeo", _digest_by_skopeo),
        ("podman", _digest_by_engine),
        ("docker", _digest_by_engine),
    ):
        if shutil.which(program):
            found = ask(program, reference)
            if not re.fullmatch(_DIGEST, found):
                what = f"{reference}: {program} printed no digest"
                raise StepFailedError(what, "name the image by its digest: NAME@sha256:…", found)
            return found
    what = f"{image}: its digest cannot be looked up without skopeo, podman or docker"
    raise StepFailedError(what, "install one of them")


def _digest_by_skopeo(program: str, reference: str) -> str:
    words = [program, "inspect", "--no-tags", "--format", "{{.Digest}}", f"docker://{reference}"]
    return _output(words).strip()


def _digest_by_engine(program: str, reference: str) -> str:
    _output([program, "pull", "--quiet", reference])
    words = [program, "image", "inspect", "--format", "{{json .RepoDigests}}", reference]
    try:
        digests = typed_json.read(_output(words), tuple[str, ...])
    except GarbledError:
        return ""
    return digests[0].rpartition("@")[2] if digests else ""


def _output(argv: list[str]) -> str:
    return run_with_retries(argv, cwd=Path("/"), transient=_FAULTS).stdout.decode(errors="replace")
