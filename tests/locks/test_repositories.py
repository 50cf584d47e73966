"""Several repositories, folders and architectures: which package comes from where."""

import os
from pathlib import Path

import pytest
from tests.locks import site as sites
from tests.locks.conftest import forget_packages
from tests.locks.project import lock_of, project, refused, toml, versions, well
from tests.locks.site import TOOLS, VOID, Origin, Site
from tests.locks.void import Package, Void
from tests.support.http_faults import Server
from tests.support.program import voidgen

EXTRA = (
    Package("jq", "1.6_1"),
    Package("palette", "2.0_1", depends=("colours>=1",), arch="noarch"),
    Package("colours", "1.4_1"),
)
"""An older package than Void's, and some that Void does not have."""


@pytest.fixture(scope="session")
def extra(void: Void, origin: Origin, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second repository, signed with another key than Void's."""
    return sites.make(void, tmp_path_factory.mktemp("extra") / "extra", EXTRA, origin.other)


@pytest.mark.parametrize(("first", "jq"), [("extra", "1.6_1"), ("current", "1.7.1_1")])
def test_a_package_comes_from_the_first_repository_that_has_it(
    first: str, jq: str, site: Site, extra: Path, tmp_path: Path
) -> None:
    origin = site.origin
    urls = [site.publish(extra, "/extra"), site.publish(origin.packages)]
    order = urls if first == "extra" else urls[::-1]
    key = origin.other.file
    more = {"xbps": f'keys = ["keys/{key}"]\n'}
    text = toml(origin.mklive, order, ["palette"], **more)
    folder = project(tmp_path / "project", text, {f"keys/{key}": origin.other.plist})
    well(folder, "lock")
    found = lock_of(folder)["xbps"]
    assert found["request"]["repositories"] == order
    by = {one["url"]: one["key"] for one in found["repositories"]}
    assert by == {urls[0]: origin.other.fingerprint, urls[1]: origin.key.fingerprint}
    assert [one["fingerprint"] for one in found["keys"]] == sorted(by.values())
    assert versions(folder)["jq"] == jq
    taken = {
        one["pkgver"]: one["repository"]
        for one in found["packages"]
        if one["pkgver"].startswith(("jq-", "palette-", "colours-", "base-files-"))
    }
    assert taken == {
        "base-files-0.145_1": urls[1],
        "colours-1.4_1": urls[0],
        f"jq-{jq}": order[0],
        "palette-2.0_1": urls[0],
    }
    # The order of repositories is part of the request.
    text = text.replace(f'"{order[0]}", "{order[1]}"', f'"{order[1]}", "{order[0]}"')
    (folder / "voidgen.toml").write_text(text)
    assert "other repositories" in refused(folder, "fetch", status=2)


def test_a_repository_with_another_key_needs_a_key_in_the_project(
    site: Site, extra: Path, origin: Origin, tmp_path: Path
) -> None:
    urls = [site.publish(extra, "/extra"), site.publish(origin.packages)]
    folder = project(tmp_path / "project", toml(origin.mklive, urls, ["palette"]))
    said = refused(folder, "lock")
    assert f"{urls[0]}: is signed by a key that is not trusted" in said
    assert "name it in [xbps] keys in voidgen.toml" in said


@pytest.mark.parametrize("signed", [True, False])
def test_a_folder_is_used_without_checking_signatures(
    *, signed: bool, void: Void, site: Site, origin: Origin, tmp_path: Path
) -> None:
    place = sites.make(void, tmp_path / "extra", EXTRA, origin.other if signed else None)
    url = site.publish(origin.packages)
    folder = project(tmp_path / "project", toml(origin.mklive, [str(place), url], ["palette"]))
    well(folder, "lock")
    found = lock_of(folder)["xbps"]
    assert [(one["url"], one["key"]) for one in found["repositories"]] == [
        (str(place), None),
        (url, origin.key.fingerprint),
    ]
    assert [one["pkgver"] for one in found["packages"] if one["repository"] == str(place)] == [
        "colours-1.4_1", "jq-1.6_1", "palette-2.0_1",
    ]  # fmt: skip
    repository = Path(well(folder, "fetch").strip())
    assert (repository / "palette-2.0_1.noarch.xbps").exists()

    (place / "jq-1.6_1.x86_64.xbps").write_bytes(b"something else")
    forget_packages(Path(os.environ["NIX_STORE_DIR"]))
    said = refused(folder, "fetch")
    assert f"{place}/jq-1.6_1.x86_64.xbps: wrong hash" in said


def test_a_package_in_a_folder_that_differs_from_its_index_is_refused(
    void: Void, site: Site, origin: Origin, tmp_path: Path
) -> None:
    place = sites.make(void, tmp_path / "extra", EXTRA, None)
    file = place / "colours-1.4_1.x86_64.xbps"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    text = toml(origin.mklive, [str(place), site.url], ["palette"])
    assert f"{file}: wrong hash" in refused(project(tmp_path / "project", text), "lock")


ARCHES = {
    "x86_64-musl": {"x86_64", "x86_64-musl"},
    "i686": {"i686"},
    "aarch64": {"aarch64"},
}
"""What is built, and what its tools and packages are for."""


@pytest.mark.parametrize(
    "arch", ["x86_64-musl", pytest.param("i686", marks=pytest.mark.slow), "aarch64"]
)
def test_tools_are_for_the_host_and_other_packages_for_the_image(
    arch: str, void: Void, site: Site, origin: Origin, tmp_path: Path
) -> None:
    packages = sites.rolled(Package("grub-arm64-efi"))
    made = sites.make(void, tmp_path / "made", packages, origin.key, *sorted(ARCHES[arch]))
    url = site.publish(made, "/arches")
    text = toml(origin.mklive, [url], image=f'arch = "{arch}"\n')
    folder = project(tmp_path / "project", text)
    well(folder, "lock")
    found = lock_of(folder)["xbps"]
    assert {one["arch"] for one in found["repositories"]} == ARCHES[arch]
    host = arch.removesuffix("-musl")
    tools = {
        one["pkgver"].rpartition("-")[0]: one["arch"]
        for one in found["packages"]
        if "void-host" in one["transactions"]
    }
    assert tools == dict.fromkeys((*TOOLS, "base-files"), host)
    image = {one["arch"] for one in found["packages"] if "rootfs" in one["transactions"]}
    assert image == {arch, "noarch"}
    repository = Path(well(folder, "fetch").strip())
    for name in ARCHES[arch]:
        assert (repository / f"{name}-repodata").exists()


@pytest.fixture
def musl(void: Void, origin: Origin, server: Server, tmp_path: Path) -> str:
    """A repository that has only another architecture."""
    made = sites.make(void, tmp_path / "musl", VOID, origin.key, "x86_64-musl")
    return Site(server, origin).publish(made, "/musl")


def test_repository_may_lack_an_architecture(
    site: Site, origin: Origin, musl: str, tmp_path: Path
) -> None:
    text = toml(origin.mklive, [site.url, musl], image='arch = "x86_64-musl"\n')
    folder = project(tmp_path / "project", text)
    well(folder, "lock")
    assert [(one["url"], one["arch"]) for one in lock_of(folder)["xbps"]["repositories"]] == [
        (site.url, "x86_64"),
        (musl, "x86_64-musl"),
    ]


def test_some_repository_must_have_each_architecture(
    site: Site, origin: Origin, musl: str, tmp_path: Path
) -> None:
    for index, (urls, lacks) in enumerate([([site.url], "x86_64-musl"), ([musl], "x86_64")]):
        text = toml(origin.mklive, urls, image='arch = "x86_64-musl"\n')
        said = refused(project(tmp_path / str(index), text), "lock")
        assert f"no repository of [xbps] has packages for {lacks}" in said


def test_repository_of_another_architecture_is_refused(
    site: Site, origin: Origin, musl: str, tmp_path: Path
) -> None:
    text = toml(origin.mklive, [site.url, musl], image='arch = "x86_64"\n')
    said = refused(project(tmp_path / "project", text), "lock")
    assert f"{musl}: has no x86_64-repodata, the index of an XBPS repository" in said
    assert "remove it from [xbps] repositories in voidgen.toml" in said


@pytest.mark.parametrize("state_dir", ["/var/nix", "/nix/var/nix"])
def test_state_dir_is_compared_with_the_locked_nix(
    state_dir: str, void: Void, site: Site, origin: Origin, tmp_path: Path
) -> None:
    packages = sites.rolled(Package("nix", "2.30.5_2"))
    url = site.publish(sites.make(void, tmp_path / "made", packages, origin.key), "/nix")
    nix = f'nixpkgs = "./packages"\nstate-dir = "{state_dir}"\n'
    folder = project(tmp_path / "project", toml(origin.mklive, [url], ["nix"], nix=nix))
    ran = voidgen("lock", cwd=folder)
    assert ran.status == 0, ran.err
    warned = "nix.state-dir: is '/nix/var/nix', but the locked nix-2.30.5_2 keeps its state in"
    assert (warned in ran.err) == (state_dir != "/var/nix")
