"""What `show` and `diff` say of [live] persistence."""

from pathlib import Path

from tests.support.program import voidgen

from voidgen import project
from voidgen.diff import plans

TOML = '[image]\nname = "x"\n[live]\npersistence = "data"\n'


def test_show_names_partition_and_entry(tmp_path: Path) -> None:
    (tmp_path / "voidgen.toml").write_text(TOML)
    said = voidgen("show", cwd=tmp_path).out
    assert (
        "\n  changes       kept on a partition labelled data, by the entry "
        "'Keep changes on the stick'; not encrypted\n"
    ) in said
    (tmp_path / "voidgen.toml").write_text('[image]\nname = "x"\n')
    assert "\n  changes " not in voidgen("show", cwd=tmp_path).out


def test_diff_shows_another_label_and_that_changes_are_kept(tmp_path: Path) -> None:
    plain = project.load(tmp_path, '[image]\nname = "x"\n')
    kept = project.load(tmp_path, TOML)
    other = project.load(tmp_path, TOML.replace("data", "other"))
    found = plans.between(plain, kept).request or {}
    assert ("persistence", "added") in {(one.name, one.kind) for one in found["modules"]}
    (option,) = (plans.between(kept, other).request or {})["options"]
    assert (option.name, option.old, option.new) == ("persistence.label", "data", "other")
