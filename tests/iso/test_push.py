"""`voidgen push` of a project with an ISO also copies mklive and Void's packages."""

import json
import sys
from pathlib import Path

from tests.integration.machine import Machine
from tests.integration.offline import Nix
from tests.iso.making import Made
from tests.locks.project import commit, lock_of, well


def test_an_iso_is_built_from_the_cache_alone(made: Made, folder: Path, tmp_path: Path) -> None:
    nix = Nix({**made.env})
    key = tmp_path / "cache.key"
    key.write_text(nix.run("nix", "key", "generate-secret", "--key-name", "cache-1"))
    store = f"file://{tmp_path}/cache"
    said = well(folder, "push", store, "--key", str(key))
    public = said.partition("keys = ['")[2].partition("'")[0]
    text = (folder / "voidgen.toml").read_text()
    text += f"\n[cache]\nstores = ['{store}']\nkeys = ['{public}']\n"
    (folder / "voidgen.toml").write_text(text)
    well(folder, "generate")
    commit(folder)

    other = Machine(nix, tmp_path / "other")
    repositories = lock_of(folder)["xbps"]["request"]["repositories"]
    inputs = json.loads((folder / "flake.lock").read_text())["nodes"]
    mklive = inputs["mklive"]["locked"]["url"].removeprefix("file://")
    # The project's sources are not available.
    gone = [word for place in (*repositories, mklive) for word in ("--tmpfs", place)]
    config = f"{nix.env['NIX_CONFIG']}\nmax-jobs = 0\n"
    cache = tmp_path / "other-cache"
    voidgen = (sys.executable, "-m", "voidgen", "-C", folder)
    env = {"NIX_CONFIG": config, "XDG_CACHE_HOME": str(cache)}
    fetched = other.run(*voidgen, "fetch", other=gone, **env)
    assert fetched.returncode == 0, fetched.stderr
    names = {file.name for file in Path(fetched.stdout.strip()).glob("*.xbps")}
    packages = lock_of(folder)["xbps"]["packages"]
    assert names == {f"{one['pkgver']}.{one['arch']}.xbps" for one in packages}
    for output in ("default", "mklive"):
        words = ("nix", "build", "--no-link", "--accept-flake-config", f"{folder}#{output}")
        built = other.run(*words, other=gone, **env)
        assert built.returncode == 0, built.stderr
    # An altered file is refused, because its hash is locked.
    infos = [one.read_text() for one in (tmp_path / "cache").glob("*.narinfo")]
    info = next(one for one in infos if one.partition("\n")[0].endswith(".xbps"))
    nar = tmp_path / "cache" / info.partition("\nURL: ")[2].partition("\n")[0]
    nar.write_bytes(nar.read_bytes()[:-9])
    env["XDG_CACHE_HOME"] = str(tmp_path / "third-cache")
    refused = Machine(nix, tmp_path / "third").run(*voidgen, "fetch", other=gone, **env)
    assert refused.returncode == 1
    assert "cannot fetch 1 file: " in refused.stderr
