"""Keeping what opens doors out of what is shown."""

from __future__ import annotations

import re


def hidden(text: str) -> str:
    """``text`` without the user and password of URLs in it (RFC 3986, 3.2.1)."""
    return re.sub(r"(?<=://)[^/?#\s]*@", "", text)
