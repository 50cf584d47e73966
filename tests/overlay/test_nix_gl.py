"""OpenGL drivers for Nix's programs: a real Mesa of the host, and a loader that ignores /usr/lib.

The program is Python with libglvnd and a copy of glibc. Like that of nixpkgs, the copy looks in
/nix instead of /usr/lib and /etc.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.overlay.conftest import PROFILE, needs_root

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

PART = "/etc/runit/live-setup.d/45-nix-gl"
DRIVER = "/run/opengl-driver"
PYTHON = "/usr/bin/python3"
EGL = """\
import ctypes
egl = ctypes.CDLL("libEGL.so.1")
egl.eglGetPlatformDisplay.restype = ctypes.c_void_p
egl.eglQueryString.restype = ctypes.c_char_p
surfaceless = 0x31DD
display = ctypes.c_void_p(egl.eglGetPlatformDisplay(surfaceless, None, None))
started = egl.eglInitialize(display, None, None)
print(egl.eglQueryString(display, 0x3053).decode() if started else "no driver")
"""
VENDORS = {"__EGL_VENDOR_LIBRARY_DIRS": f"{DRIVER}/share/glvnd/egl_vendor.d"}
"""Where the libglvnd of nixpkgs looks first, by itself."""
GLIBC = ("libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "librt.so.1")


def needs(path: str) -> dict[str, str]:
    said = subprocess.check_output(["ldd", path], text=True)
    return dict(re.findall(r"(\S+) => (/\S+)", said))


LIBRARIES = Path(needs(PYTHON)["libc.so.6"]).parent
"""Where this machine has what Void has in /usr/lib."""
needs_mesa = pytest.mark.skipif(
    not (LIBRARIES / "libEGL_mesa.so.0").exists(),
    reason="tries a real Mesa: install Debian's libegl-mesa0",
)


def patchelf(*words: str) -> str:
    return subprocess.check_output(["patchelf", *words], text=True).strip()


def program(root: Root) -> str:
    """Make a program with an OpenGL library that do not look into /usr/lib."""
    lib = root.path("/nix/lib")
    lib.mkdir(parents=True)
    query = [PYTHON, "-c", "import _ctypes; print(_ctypes.__file__)"]
    ctypes = subprocess.check_output(query, text=True).strip()
    egl = str(LIBRARIES / "libEGL.so.1")
    copied = {name: str(LIBRARIES / name) for name in (*GLIBC, "libEGL.so.1")}
    for path in (PYTHON, ctypes, egl):
        copied |= needs(path)
    for name, path in copied.items():
        shutil.copy(path, lib / name)
    loader = Path(patchelf("--print-interpreter", PYTHON))
    data = loader.read_bytes()
    for ours, nixs in (
        (b"/etc/ld.so.cache", b"/nix/ld.so.cache"),
        (b"/usr/lib/", b"/nix/lib/"),
        (b"\0/lib/", b"\0/nix/"),
    ):
        assert ours in data
        data = data.replace(ours, nixs)
    (lib / "ld.so").write_bytes(data)
    (lib / "ld.so").chmod(0o755)
    place = root.path("/nix/bin/python")
    place.parent.mkdir()
    shutil.copy(PYTHON, place)
    patchelf("--set-interpreter", "/nix/lib/ld.so", str(place))
    return "/nix/bin/python"


def icd(library: str) -> str:
    """Return the JSON with which a loader finds a driver."""
    return json.dumps({"file_format_version": "1.0.0", "ICD": {"library_path": library}})


def host_with_mesa(root: Root) -> None:
    """Have this machine's Mesa stand in for Void's."""
    root.path("/usr/lib").mkdir(parents=True)
    for name in ("libEGL_mesa.so.0", "libGLX_mesa.so.0", "dri"):
        root.path(f"/usr/lib/{name}").symlink_to(LIBRARIES / name)


@pytest.fixture
def root(make_root: MakeRoot) -> Root:
    root = make_root("nix-gl")
    host_with_mesa(root)
    return root


@needs_mesa
def test_a_program_of_nix_uses_the_hosts_mesa(root: Root) -> None:
    nixs = program(root)
    script = f"{PART}; exec {nixs} -c '{EGL}'"
    done = root.run("sh", "-euc", script, env=VENDORS)
    assert done.stdout == "Mesa Project\n"
    assert root.run("sh", "-euc", script, env=VENDORS).stdout == "Mesa Project\n"


@needs_mesa
def test_links_to_the_hosts_drivers_are_not_enough(root: Root) -> None:
    nixs = program(root)
    name = "libEGL_mesa.so.0"
    root.path(f"{DRIVER}/lib").mkdir(parents=True)
    root.path(f"{DRIVER}/lib/{name}").symlink_to(f"/usr/lib/{name}")
    root.write(f"{DRIVER}/share/glvnd/egl_vendor.d/50_mesa.json", icd(f"{DRIVER}/lib/{name}"))
    assert root.run(nixs, "-c", EGL, env=VENDORS).stdout == "no driver\n"


NOEXEC = """
mount -t tmpfs -o mode=0755,noexec,nosuid,nodev,strictatime tmpfs /run
mkdir /run/live-setup
"""
"""Mounts /run as dracut's init.sh does."""


@needs_mesa
@needs_root
def test_the_hosts_mesa_can_be_loaded_if_run_is_noexec(root: Root) -> None:
    nixs = program(root)
    library = f"{DRIVER}/copies/$(readlink {LIBRARIES}/libEGL_mesa.so.0)"
    script = f"""{NOEXEC}
for _ in 1 2; do {PART}; done
{nixs} -c '{EGL}'
cp {library} /run/x.so
{nixs} -c 'import ctypes; ctypes.CDLL("/run/x.so")' 2>&1 | tail -n 1
findmnt -n -r -o TARGET | grep /run/
"""
    said = root.run("sh", "-euc", script, env=VENDORS).stdout.splitlines()
    assert said[0] == "Mesa Project"
    # /run itself is noexec, as on a live boot.
    assert "failed to map segment" in said[1]
    assert said[2:] == ["/run/nix-gl"]


def stand_in(root: Root, name: str) -> None:
    """Have another library stand in for the host's library ``name``."""
    place = root.path(f"/usr/lib/{name}")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(LIBRARIES / "libz.so.1", place)


def test_nvidias_and_vulkans_drivers_are_copied(make_root: MakeRoot) -> None:
    root = make_root("nix-gl")
    for name in ("libGLX_nvidia.so.0", "libvulkan_intel.so", "libnvidia-glcore.so.550.1"):
        stand_in(root, name)
    root.path("/usr/lib/gbm").mkdir()
    root.path("/usr/lib/gbm/x_gbm.so").symlink_to("../libGLX_nvidia.so.0")
    icds = "/usr/share/vulkan/icd.d"
    root.write(f"{icds}/nvidia_icd.json", icd("libGLX_nvidia.so.0"))
    root.write(f"{icds}/intel_icd.x86_64.json", icd("/usr/lib/libvulkan_intel.so"))
    root.write(f"{icds}/intel_icd.i686.json", icd("/usr/lib32/libvulkan_intel.so"))
    root.write(f"{icds}/radeon_icd.x86_64.json", icd("/usr/lib/libvulkan_radeon.so"))
    root.run(PART)
    found = root.path(f"{DRIVER}/share/vulkan/icd.d")
    assert {file.name: json.loads(file.read_text())["ICD"] for file in found.iterdir()} == {
        "nvidia_icd.json": {"library_path": f"{DRIVER}/lib/libGLX_nvidia.so.0"},
        "intel_icd.x86_64.json": {"library_path": f"{DRIVER}/lib/libvulkan_intel.so"},
    }
    assert root.path(f"{DRIVER}/needs/libnvidia-glcore.so.550.1").is_symlink()
    # One copy serves both names.
    names = root.run("readlink", f"{DRIVER}/lib/gbm/x_gbm.so", f"{DRIVER}/lib/libGLX_nvidia.so.0")
    assert names.stdout.splitlines() == [f"{DRIVER}/copies/libGLX_nvidia.so.0"] * 2
    copy = str(root.path(f"{DRIVER}/copies/libGLX_nvidia.so.0"))
    assert patchelf("--print-rpath", copy) == f"{DRIVER}/needs"


def test_without_drivers_the_log_names_the_package_to_add(make_root: MakeRoot) -> None:
    done = make_root("nix-gl").run(PART, check=False)
    assert done.returncode == 1
    assert "add mesa-dri to [xbps] packages" in done.stderr


def test_store_paths_with_an_older_glibc_are_named(make_root: MakeRoot) -> None:
    root = make_root("nix-gl")
    stand_in(root, "libGLX_x.so.0")
    root.path("/nix/store/x-glibc-99.1-5").mkdir(parents=True)
    assert root.run(PART).stderr == ""
    root.path("/nix/store/y-glibc-2.3").mkdir()
    assert "is newer than /nix/store/y-glibc-2.3:" in root.run(PART).stderr


def test_a_library_that_cannot_be_copied_is_skipped(make_root: MakeRoot) -> None:
    root = make_root("nix-gl")
    stand_in(root, "libGLX_x.so.0")
    root.write("/usr/lib/libEGL_x.so.0", "no library")
    root.run(PART)
    assert [path.name for path in root.path(f"{DRIVER}/lib").iterdir()] == ["libGLX_x.so.0"]


def test_on_musl_the_hosts_drivers_cannot_be_used(make_root: MakeRoot) -> None:
    done = make_root("nix-gl", image={"arch": "x86_64-musl"}).run(PART, check=False)
    assert done.returncode == 1
    assert 'Set drivers = "profile" in [overlay.options.nix-gl]' in done.stderr


@pytest.mark.parametrize("arch", ["x86_64", "x86_64-musl"])
def test_the_option_chooses_the_profiles_mesa(make_root: MakeRoot, arch: str) -> None:
    options = {"nix-gl": {"drivers": "profile"}}
    root = make_root("nix-gl", image={"arch": arch}, options=options)
    root.path(f"{PROFILE}/lib/dri").mkdir(parents=True)
    for _ in range(2):
        assert root.run(PART).stderr == ""
        assert str(root.path(DRIVER).readlink()) == PROFILE


def test_without_mesa_in_the_profile_the_log_names_the_package_to_add(make_root: MakeRoot) -> None:
    root = make_root("nix-gl", options={"nix-gl": {"drivers": "profile"}})
    done = root.run(PART, check=False)
    assert done.returncode == 1
    assert 'add "mesa" to [nix] packages' in done.stderr


@needs_mesa
def test_a_program_of_nix_uses_the_profiles_mesa(make_root: MakeRoot) -> None:
    root = make_root("nix-gl", options={"nix-gl": {"drivers": "profile"}})
    nixs = program(root)
    lib = root.path(f"{PROFILE}/lib")
    (lib / "dri").mkdir(parents=True)
    # nixpkgs' Mesa finds its own libraries in the store.
    driver = lib / "libEGL_mesa.so.0"
    needed = dict(needs(str(LIBRARIES / driver.name)))
    for module in (LIBRARIES / "dri").glob("swrast_dri.so"):
        needed |= needs(str(module))
    shutil.copy(LIBRARIES / driver.name, driver)
    for name, path in needed.items():
        if name not in GLIBC:
            shutil.copy(path, lib / name)
            patchelf("--add-needed", name, str(driver))
    patchelf("--force-rpath", "--set-rpath", f"{PROFILE}/lib", str(driver))
    root.write(
        f"{PROFILE}/share/glvnd/egl_vendor.d/50_mesa.json", icd(f"{PROFILE}/lib/{driver.name}")
    )
    root.run(PART)
    assert root.run(nixs, "-c", EGL, env=VENDORS).stdout == "Mesa Project\n"


def test_shellcheck_finds_nothing(make_root: MakeRoot) -> None:
    for arch, drivers in (("x86_64", "host"), ("x86_64-musl", "host"), ("x86_64", "profile")):
        options = {"nix-gl": {"drivers": drivers}}
        root = make_root("nix-gl", image={"arch": arch}, options=options)
        root.run("shellcheck", "--severity=style", PART)
