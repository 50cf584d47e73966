"""hooks.bash: what the programs of packages get, whose environment mklive empties."""

import os
import subprocess
from pathlib import Path

from tests.support.stand_in import StandIns

from voidgen.iso import inputs

LIBRARY = {"LD_PRELOAD": "/setid/setid.so", "DRACUT_LDD": "/setid/ldd"}


def arguments(folder: Path, **variables: str) -> tuple[list[str], str]:
    """Return the words with which mklive.sh starts chroot, and dracut's configuration."""
    (folder / "hooks.bash").write_bytes(inputs.scripts()["hooks.bash"])
    (folder / "mklive.sh").write_text("chroot $PWD env -i /usr/bin/program word\n")
    programs = StandIns(folder / "programs")
    programs.add("chroot", (0, "", ""))
    env = {
        "PATH": f"{programs.folder}:{os.environ['PATH']}",
        "BASH_ENV": str(folder / "hooks.bash"),
        "SOURCE_DATE_EPOCH": "1",
        "DRACUT_NO_MKNOD": "1",
    }
    subprocess.run(
        ["bash", "mklive.sh"], cwd=folder, env={**env, **variables}, check=True, capture_output=True
    )
    (words,) = programs.starts("chroot")
    conf = folder / "etc" / "dracut.conf.d" / "voidgen-reproducible.conf"
    return words, conf.read_text()


def test_programs_get_what_makes_them_reproducible(tmp_path: Path) -> None:
    words, conf = arguments(tmp_path)
    assert words[:3] == [str(tmp_path), "env", "-i"]
    assert words[3].startswith("PATH=/usr/local/bin:")
    assert words[4:] == ["SOURCE_DATE_EPOCH=1", "DRACUT_NO_MKNOD=1", "/usr/bin/program", "word"]
    assert conf == 'reproducible="yes"\n'


def test_they_load_the_library_if_build_sh_does(tmp_path: Path) -> None:
    words, conf = arguments(tmp_path, **LIBRARY)
    assert words[6:8] == [f"{name}={value}" for name, value in LIBRARY.items()]
    assert words[8:] == ["/usr/bin/program", "word"]
    assert conf.splitlines()[1:] == [f"export LD_PRELOAD={LIBRARY['LD_PRELOAD']}"]
