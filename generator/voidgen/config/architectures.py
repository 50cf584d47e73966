"""Architectures of images, by the names that XBPS has for them."""

from typing import Literal

Arch = Literal["x86_64", "x86_64-musl", "i686", "aarch64", "aarch64-musl"]
