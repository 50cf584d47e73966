"""Architectures of images, by XBPS's names."""

from typing import Literal

Arch = Literal["x86_64", "x86_64-musl", "i686", "aarch64", "aarch64-musl"]
