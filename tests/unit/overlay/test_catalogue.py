import os
from pathlib import Path

import pytest
from tests.support.program import write

from voidgen.errors import Fault, WrongInputError
from voidgen.overlay.catalogue import load
from voidgen.overlay.types import Catalogue, Source

SPEC = 'summary = "A test"\n'


def _faults(*roots: Path) -> list[Fault]:
    with pytest.raises(WrongInputError) as caught:
        load(roots)
    return list(caught.value.faults)


def _load(root: Path, files: dict[str, str | bytes]) -> Catalogue:
    write(root, files)
    return load([root])


def test_no_folder(tmp_path: Path) -> None:
    assert load([tmp_path / "missing"]) == {}


def test_sorted_by_name(tmp_path: Path) -> None:
    found = _load(tmp_path, {f"{name}/module.toml": SPEC for name in ("b", "a-b", "a", "a0")})
    assert list(found) == ["a", "a-b", "a0", "b"]


def test_own_module_replaces_one_of_that_name(tmp_path: Path) -> None:
    write(tmp_path, {"built-in/a/module.toml": SPEC, "built-in/a/files/etc/x": "theirs"})
    write(tmp_path, {"own/a/module.toml": 'summary = "Mine"', "own/a/files/etc/y": "mine"})
    found = load([tmp_path / "built-in", tmp_path / "own"])
    assert found["a"].spec.summary == "Mine"
    assert [source.path for source in found["a"].sources] == ["/etc/y"]


def test_what_is_no_module_is_passed_over(tmp_path: Path) -> None:
    found = _load(tmp_path, {"README": "", ".hidden/x": "", "a/module.toml": SPEC})
    assert list(found) == ["a"]


def test_sources(tmp_path: Path) -> None:
    files = tmp_path / "a" / "files"
    write(tmp_path, {"a/module.toml": SPEC})
    write(files, {"etc/b.j2": "", "etc/a": "", "etc/.a": "", "a b/'$(x)'": "", "j2": ""})
    (files / "etc/link").symlink_to("../nowhere")
    (files / "etc/link.j2").symlink_to("a")
    (files / "etc/folder").symlink_to("/")
    (files / "empty").mkdir()
    assert load([tmp_path])["a"].sources == (
        Source("/a b/'$(x)'", files / "a b/'$(x)'"),
        Source("/etc/.a", files / "etc/.a"),
        Source("/etc/a", files / "etc/a"),
        Source("/etc/b", files / "etc/b.j2", template=True),
        Source("/etc/folder", files / "etc/folder", target="/"),
        Source("/etc/link", files / "etc/link", target="../nowhere"),
        Source("/etc/link.j2", files / "etc/link.j2", target="a"),
        Source("/j2", files / "j2"),
    )


def test_file_and_template_of_one_path(tmp_path: Path) -> None:
    write(tmp_path, {"a/module.toml": SPEC, "a/files/x": "", "a/files/x.j2": ""})
    (fault,) = _faults(tmp_path)
    assert "becomes /x, and so does " in fault.what


def test_linked_module(tmp_path: Path) -> None:
    write(tmp_path, {"a/module.toml": SPEC})
    (tmp_path / "b").symlink_to("a")
    (fault,) = _faults(tmp_path)
    assert (fault.file, fault.remedy) == (tmp_path / "b", "copy it here")


@pytest.mark.parametrize("target", ["b", "missing"])
def test_link_to_itself_or_nothing(tmp_path: Path, target: str) -> None:
    write(tmp_path, {"a/module.toml": SPEC})
    (tmp_path / "b").symlink_to(target)
    assert list(load([tmp_path])) == ["a"]


def test_root_that_leads_to_itself(tmp_path: Path) -> None:
    (tmp_path / "own").symlink_to("own")
    (fault,) = _faults(tmp_path / "own")
    assert "cannot be read: " in fault.what


def test_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "own").touch()
    (fault,) = _faults(tmp_path / "own")
    assert "cannot be read: " in fault.what


def test_linked_files_folder(tmp_path: Path) -> None:
    write(tmp_path, {"a/module.toml": SPEC, "real/x": ""})
    (tmp_path / "a" / "files").symlink_to(tmp_path)
    faults = _faults(tmp_path)
    assert tmp_path / "a" / "files" in {fault.file for fault in faults}


@pytest.mark.parametrize("name", [b"\xff", b"a\x1b[31m", b"a\nb", b"\x7f"])
def test_file_names_that_are_no_text(tmp_path: Path, name: bytes) -> None:
    write(tmp_path, {"a/module.toml": SPEC, "a/files/etc/x": ""})
    (tmp_path / "a/files/etc" / os.fsdecode(name)).touch()
    (fault,) = _faults(tmp_path)
    assert fault.file == tmp_path / "a/files/etc" / os.fsdecode(name)


def test_module_name_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff")).mkdir()
    (fault,) = _faults(tmp_path)
    assert "expected a module's name" in fault.what


@pytest.mark.parametrize("target", [b"\xff", b"a\nb", b"@store@/x"])
def test_link_targets_that_are_no_path(tmp_path: Path, target: bytes) -> None:
    write(tmp_path, {"a/module.toml": SPEC, "a/files/x": ""})
    (tmp_path / "a/files/link").symlink_to(os.fsdecode(target))
    (fault,) = _faults(tmp_path)
    assert fault.file == tmp_path / "a/files/link"


def test_fifo(tmp_path: Path) -> None:
    write(tmp_path, {"a/module.toml": SPEC, "a/files/x": ""})
    os.mkfifo(tmp_path / "a/files/fifo")
    (fault,) = _faults(tmp_path)
    assert fault.what == "is neither a file, a folder nor a symbolic link"


def test_faults_of_all_modules(tmp_path: Path) -> None:
    write(tmp_path, {"a/module.toml": "x", "b/module.toml": "", "C/module.toml": "", "d/x": ""})
    names = [
        fault.file and fault.file.relative_to(tmp_path).parts[0] for fault in _faults(tmp_path)
    ]
    assert sorted(str(name) for name in names) == ["C", "a", "b", "d"]
