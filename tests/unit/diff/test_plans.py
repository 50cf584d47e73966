from pathlib import Path

from voidgen import project
from voidgen.diff import plans

TOML = '[image]\nname = "x"\n[xbps]\npackages = [{}]\n[overlay]\nmodules = ["shell-profile"]\n'


def test_only_plan_and_overlay_differ(tmp_path: Path) -> None:
    module = tmp_path / "overlay-src/shell-profile"
    (module / "files/etc").mkdir(parents=True)
    (module / "module.toml").write_text('summary = "x"\n')
    (module / "files/etc/one").write_text("1\n")
    before = project.load(tmp_path, TOML.format('"htop"'))
    (module / "files/etc/two").write_text("2\n")
    after = project.load(tmp_path, TOML.format('"vim"'))
    diff = plans.between(before, after)
    assert diff.request is not None
    found = {one.name: one.kind for one in diff.request["Void packages"]}
    assert found == {"htop": "removed", "vim": "added"}
    assert [one.path for one in diff.overlay or ()] == ["/etc/two"]
    assert (diff.locks, diff.xbps, diff.closure) == ({}, (), ())
    assert not plans.between(after, after)
