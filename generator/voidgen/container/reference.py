"""Container images: the digest that stands behind a name today."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.schema import typed_json
from voidgen.system.process import patiently
from voidgen.system.untrusted import GarbledError

_FAULTS = re.compile(
    rb"(?i)i/o timeout|connection (?:refused|reset)|TLS handshake timeout|unexpected EOF"
    rb"|temporary failure in name resolution|(?:status(?: code)?:? )5\d\d|50[234] "
)
"""What skopeo, podman and docker say where it may help to try again."""

_DIGEST = r"sha256:[0-9a-f]{64}"
_REFERENCE = re.compile(rf"(?P<name>[^@]+?)(?::(?P<tag>[\w][\w.-]*))?(?:@(?P<digest>{_DIGEST}))?")


@frozen
class Image:
    """A reference to an image: ``name``, and a tag or a digest or both (empty: none)."""

    name: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        """As it is written."""
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}{f'@{self.digest}' if self.digest else ''}"


def parse(reference: str) -> Image:
    """The parts of ``name:tag@sha256:…``."""
    match = _REFERENCE.fullmatch(reference)
    return Image(**match.groupdict("")) if match else Image(reference)


def digest(image: Image) -> str:
    """The digest of what ``image`` names now, by its digest where it has one.

    Asked of skopeo, or of an engine, which has to pull the image for it. Raises StepFailedError
    where there is none of them, where the registry does not have the image, and where its digest
    is not told.
    """
    # Most programs take a tag or a digest, not both.
    reference = str(Image(image.name, digest=image.digest) if image.digest else image)
    for program, ask in (("skopeo", _skopeo), ("podman", _engine), ("docker", _engine)):
        if shutil.which(program):
            found = ask(program, reference)
            if not re.fullmatch(_DIGEST, found):
                what = f"{reference}: {program} tells no digest of it"
                raise StepFailedError(what, "name the image by its digest: NAME@sha256:…", found)
            return found
    what = f"{image}: no program here can look an image up"
    raise StepFailedError(what, "install skopeo, podman or docker")


def _skopeo(program: str, reference: str) -> str:
    words = [program, "inspect", "--no-tags", "--format", "{{.Digest}}", f"docker://{reference}"]
    return _said(words).strip()


def _engine(program: str, reference: str) -> str:
    _said([program, "pull", "--quiet", reference])
    words = [program, "image", "inspect", "--format", "{{json .RepoDigests}}", reference]
    try:
        digests = typed_json.read(_said(words), tuple[str, ...])
    except GarbledError:
        return ""  # Nothing that is understood: no digest.
    return digests[0].rpartition("@")[2] if digests else ""


def _said(argv: list[str]) -> str:
    return patiently(argv, cwd=Path("/"), transient=_FAULTS).stdout.decode(errors="replace")
