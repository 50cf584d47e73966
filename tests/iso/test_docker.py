"""The commands that voidgen gives to docker, with a stand-in that runs nothing.

`engine = "docker"` uses the real one, whose daemon does not run on most machines of CI.
"""

import json
import os
from pathlib import Path

import pytest
from tests.iso.making import Made
from tests.iso.project import change
from tests.iso.running import failed
from tests.support.stand_in import StandIns

INFO = json.dumps({"SecurityOptions": ["name=seccomp"], "DockerRootDir": "/var/lib/docker"})


def test_docker_gets_the_same_commands_as_podman(
    folder: Path, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = StandIns(tmp_path / "stand-ins")
    docker.add(
        "docker",
        (0, INFO, ""),
        (0, "0123456789ab", ""),
        (0, "", ""),
        (1, "", "Error: No such image"),
        (0, "Loaded image: voidgen-container:x", ""),
        (0, "sha256:0123", ""),
        (125, "", "docker: Error response from daemon: no."),
        (0, "", ""),
    )
    monkeypatch.setenv("PATH", f"{docker.folder}:{os.environ['PATH']}")
    monkeypatch.setenv("VOIDGEN_ENGINE_ARGUMENTS", "--ulimit 'nofile=1024:1024'")
    change(folder, "[container]", '[container]\nengine = "docker"')
    said = failed(folder)
    error = "docker: Error response from daemon: no."
    assert said.startswith(f"voidgen: docker run: failed (exit status 125): {error}\n")
    assert f"  | {error}\n" in said
    asked = docker.starts("docker")
    work = folder / "out" / ".work"
    assert asked[0] == ["info", "--format", "{{json .}}"]
    assert asked[1] == ["ps", "--all", "--quiet", "--filter", f"label=voidgen.project={folder}"]
    assert asked[2] == ["rm", "--force", "--volumes", "0123456789ab"]
    assert asked[3] == ["image", "inspect", "--format", "{{.Id}}", made.container]
    packed = str((folder / "out" / ".roots" / "container").resolve())
    assert asked[4] == ["load", "--quiet", "--input", packed]
    assert asked[5] == ["image", "inspect", "--format", "{{.Id}}", made.container]
    name = asked[7][-1]
    assert asked[7] == ["rm", "--force", "--volumes", name]
    run, words = asked[6], " ".join(asked[6])
    assert run[:4] == ["run", "--rm", "--name", name]
    assert f"--label voidgen.project={folder} --network=none --pull=never --cap-drop=all" in words
    assert "--security-opt=apparmor=unconfined" in run
    assert "--privileged" not in run
    assert f"--volume={work}/home:/voidgen:ro" in run
    assert f"--volume={os.environ['NIX_STORE_DIR']}:/closure:ro" in run
    assert f"--volume={work}/out:/out" in run
    assert run[-5:] == ["--ulimit", "nofile=1024:1024", "sha256:0123", "bash", "/voidgen/build.sh"]
    assert len(asked) == 8
    # The daemon runs as the machine's root, so the results are given to the caller.
    owner = (work / "home" / "job" / "owner").read_text()
    assert owner == f"{os.getuid()}:{os.getgid()}\n"
