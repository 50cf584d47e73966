"""What an ISO is, as a document: NAME.manifest.json beside it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from attrs import frozen

from voidgen.image import iso_json
from voidgen.image.closure import Closure, Package, check_outputs
from voidgen.plan.documents import PlanDocument
from voidgen.system import sri
from voidgen.system.untrusted import GarbledError
from voidgen.xbps.types import Package as XbpsPackage


@frozen
class IsoFile:
    """The ISO file: its name, its hash (SRI), and its bytes."""

    name: str
    hash: str
    size: int

    def __attrs_post_init__(self) -> None:
        if not re.fullmatch(sri.PATTERN, self.hash):
            raise GarbledError(f"{self.hash!r} is not a SHA-256 in SRI form")


@frozen
class BakedPackages:
    """The Nix packages of the ISO that were asked for, and all that they need."""

    packages: tuple[Package, ...]
    closure: Closure

    def __attrs_post_init__(self) -> None:
        check_outputs(self.packages, self.closure)


@frozen
class IsoManifest:
    """All of NAME.manifest.json (docs/reference/iso.md); ``xbps`` are Void packages."""

    HEADER: ClassVar[Mapping[str, str | int]] = MappingProxyType(iso_json.HEADER)

    voidgen: str
    iso: IsoFile
    container: str
    nix: BakedPackages
    plan: PlanDocument
    xbps: tuple[XbpsPackage, ...]
