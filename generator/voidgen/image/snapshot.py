"""What `voidgen diff` compares, as types. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from attrs import field, frozen

from voidgen.image import snapshot_json
from voidgen.nix.closure import StorePath

if TYPE_CHECKING:
    # `snapshot_file` imports it for cattrs. An import here would slow down comparing store paths.
    from voidgen.plan.documents import PlanDocument


@frozen
class Selected:
    """A Nix package that was asked for, and its store paths by output."""

    pname: str
    version: str
    outputs: Mapping[str, str]


@frozen
class Locked:
    """A flake input: its commit (or narHash) and date; empty if it is not locked."""

    rev: str
    date: str


@frozen
class Xbps:
    """A Void package: version with revision, and bytes of its file."""

    version: str
    size: int


@frozen
class Entry:
    """A path of the overlay: ``owner`` is ``USER:GROUP``, ``digest`` the SHA-256 (SRI) of a file.

    ``text`` is the file's content, if it is short text that can be read.
    """

    type: str
    mode: str = ""
    owner: str = ""
    target: str = ""
    digest: str = ""
    text: str | None = field(default=None, eq=False)


@frozen
class Snapshot:
    """An image. What is None or empty is unknown, and voidgen does not compare it.

    ``plan`` is image/manifest.json. ``packages`` are those asked for, by their name in
    voidgen.toml. ``closure`` is all that they need, by store path.
    """

    HEADER: ClassVar[Mapping[str, str | int]] = MappingProxyType(snapshot_json.HEADER)

    origin: str
    plan: "PlanDocument | None" = None
    inputs: Mapping[str, Locked] | None = None
    container: str | None = None
    xbps: Mapping[str, Xbps] | None = None
    packages: Mapping[str, Selected] = MappingProxyType({})
    closure: Mapping[str, StorePath] | None = None
    overlay: Mapping[str, Entry] | None = None
