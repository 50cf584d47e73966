"""The commands and files of the how-to for another desktop, as the page shows them."""

from pathlib import Path

import tomlkit
from tests.docs.blocks import ROOT, blocks
from tests.support.program import voidgen

from voidgen.config import FILE

PAGE = ROOT / "docs/how-to/another-desktop.md"
MODULE = "overlay-src/lxde-live/module.toml"


def test_the_how_to_works(repository: Path) -> None:
    assert voidgen("init", "--preset", "cinnamon", ".", cwd=repository).status == 0
    written, file = {MODULE: "", FILE: ""}, FILE
    for block in blocks(PAGE):
        if "--preset" in block or "without =" in block:
            continue
        if block.startswith("voidgen "):
            file = FILE
            for line in block.splitlines():
                ran = voidgen(*line.split()[1:], cwd=repository)
                assert ran.status == 0, (line, ran.err)
            continue
        if block.startswith("summary"):
            file = MODULE
        written[file] += block + "\n\n"
        if file == FILE:
            have, more = tomlkit.parse((repository / FILE).read_text()), tomlkit.parse(block)
            for name, options in more["overlay"]["options"].items():
                have["overlay"].setdefault("options", {})[name] = options
            (repository / FILE).write_text(tomlkit.dumps(have))
        else:
            (repository / file).parent.mkdir(parents=True, exist_ok=True)
            (repository / file).write_text(written[file])
    assert all(written.values())
    shown = voidgen("show", "--json", cwd=repository).out
    assert '"LXDE"' in shown
    assert '"lxde-live"' in shown
    assert "xfce" not in shown
