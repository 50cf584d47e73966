"""Made-up ISOs, which have only voidgen's snapshot."""

import io
from pathlib import Path

from pycdlib import PyCdlib
from tests.support import documents

from voidgen.image import snapshot_file
from voidgen.image.snapshot import Snapshot


def write(file: Path, content: bytes | None = None, **plan: object) -> Path:
    """An ISO with ``content`` as voidgen's snapshot, or that of a plan with the image ``plan``."""
    if content is None:
        content = snapshot_file.dump(Snapshot("x", documents.plan(image={"name": "x", **plan})))
    made = PyCdlib()
    made.new(interchange_level=3, rock_ridge="1.09")
    made.add_fp(io.BytesIO(content), len(content), "/VOIDGEN.JSO;1", rr_name="voidgen.json")
    made.write(str(file))
    made.close()
    return file
