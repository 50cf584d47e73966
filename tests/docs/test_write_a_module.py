"""The commands of the how-to for modules, with the files that it shows."""

from pathlib import Path

import pytest
from tests.docs.blocks import ROOT, lines, written_files
from tests.support.program import voidgen, write

from voidgen.config import FILE

PAGE = ROOT / "docs/how-to/write-a-module.md"


@pytest.mark.parametrize("preset", ["console", "xfce"])
def test_the_how_to_works(repository: Path, preset: str) -> None:
    assert voidgen("init", "--preset", preset, ".", cwd=repository).status == 0
    files = written_files(PAGE)
    assert len(files) == 6
    write(repository, files)
    ran = [words for line in lines(PAGE) for words in line.commands()]
    assert [words[1] for words in ran] == ["add", "generate", "show", "why"]
    for _, *words in ran:
        done = voidgen(*words, cwd=repository)
        assert done.status == 0, (words, done.err)
    assert '"beacon"' in (repository / FILE).read_text()
    assert (repository / "image/include/etc/xdg/autostart/beacon.desktop").is_file()
    assert "module beacon" in done.out
