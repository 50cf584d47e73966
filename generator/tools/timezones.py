"""Make the table of `voidgen.config.timezones` from the package tzdata of PyPI.

``python -m tools.timezones`` writes it, with the names of the installed package. Void's tzdata has
the same zones: both are made from all files of the tz database, with its old names ("backward").
"""

from __future__ import annotations

import json
from importlib import metadata, resources

from voidgen.config.timezones import FILE


def names() -> list[str]:
    """Return the names of all time zones, sorted."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return sorted(name for name in listed if name != "Factory")


if __name__ == "__main__":
    about = {"package": "tzdata", "version": metadata.version("tzdata"), "license": "CC0-1.0"}
    found = {"about": about, "zones": names()}
    FILE.write_text(json.dumps(found, indent=0) + "\n", encoding="ascii")
