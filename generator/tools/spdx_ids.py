"""Make `voidgen/iso/spdx_ids.txt`: the licenses that CycloneDX 1.6 knows by an id.

``.venv/lowest/bin/python -m tools.spdx_ids`` writes it, from the schema of the oldest
cyclonedx-python-lib that the tests allow: every later one knows these ids, too.
"""

from __future__ import annotations

import json
from importlib import resources

from voidgen.iso.bill import SPDX_IDS

SCHEMA = "spdx.SNAPSHOT.schema.json"


def ids() -> list[str]:
    """Return the ids of the schema, sorted."""
    folder = resources.files("cyclonedx.schema") / "_res"
    return sorted(json.loads((folder / SCHEMA).read_text())["enum"])


if __name__ == "__main__":
    SPDX_IDS.write_text("".join(f"{one}\n" for one in ids()))
