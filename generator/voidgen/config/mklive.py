"""The table [mklive] of voidgen.toml; documentation and schema keep the order of the fields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from voidgen.config import rules
from voidgen.schema.rule import MisfitError

Compression = Literal["zstd", "xz", "gzip", "lz4"]
Initramfs = Literal["xz", "gzip", "lz4", "bzip2", "zstd"]
BlockSize = Literal[4, 8, 16, 32, 64, 128, 256, 512, 1024]

LEVELS: Mapping[str, tuple[int, int]] = MappingProxyType({"zstd": (1, 22), "gzip": (1, 9)})
"""Compressions of mksquashfs that have levels, with the lowest and the highest (mksquashfs(1))."""
ZSTD_LEVEL = 9
"""mksquashfs's default, 15, takes four times as long for half a percent less (bench/iso.py)."""


@frozen
class Squashfs:
    """Compression of the root filesystem."""

    compression: Compression = field(default="zstd", metadata={"help": "compressor"})
    level: int | None = field(
        default=None,
        metadata={"help": "1-22 for zstd (default: 9), 1-9 for gzip"},
    )
    block_size: BlockSize = field(
        default=1024,
        metadata={"help": "KiB that are compressed together: larger blocks make a smaller ISO"},
    )

    def __attrs_post_init__(self) -> None:
        if self.level is None:
            return
        if self.compression not in LEVELS:
            raise MisfitError(
                f"{self.compression} has no levels", ("level",), remedy="remove this key"
            )
        low, high = LEVELS[self.compression]
        if not low <= self.level <= high:
            raise MisfitError(
                f"expected a level from {low} to {high} for {self.compression}, got {self.level}",
                ("level",),
            )


@frozen
class Mklive:
    """void-mklive, which makes the ISO."""

    source: rules.FlakeReference = field(
        default="github:void-linux/void-mklive",
        metadata={"help": "flake reference of mklive's source"},
    )
    squashfs: Squashfs = field(
        factory=Squashfs, metadata={"help": "compression of the root filesystem"}
    )
    initramfs: Initramfs = field(default="xz", metadata={"help": "compressor of the initramfs"})
