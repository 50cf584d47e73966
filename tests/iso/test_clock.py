"""The container's script finds the files of a run, even if the machine's clock is wrong."""

import os
import subprocess

from tests.iso.podman import Podman

from voidgen.iso.inputs import SCRIPTS

BEGIN = "mkdir -p /build/files && : > /build/start && cp /proc/uptime /build/uptime"
RUN = "bash /voidgen/of-this-run.sh /build/files -type f"


def script(engine: Podman, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *("podman", "run", "--rm", "--network=none", *engine.arguments),
            *(f"--volume={SCRIPTS}:/voidgen:ro", "--volume=/build", engine.image),
            *("bash", "-euc", text),
        ],
        env={**os.environ, **engine.env}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_files_with_times_outside_of_the_run_belong_to_packages(engine: Podman) -> None:
    done = script(
        engine,
        f"""{BEGIN}
        touch --reference=/build/start --date='10 seconds ago' /build/start
        : > /build/files/made
        touch --date='2020-06-01' /build/files/of-a-package
        touch --date='2100-01-01' /build/files/of-a-package-and-a-clock-that-is-behind
        {RUN}""",
    )
    assert (done.stdout, done.stderr) == ("/build/files/made\n", "")


def test_a_clock_that_changes_during_the_run_is_an_error(engine: Podman) -> None:
    for other, sign in (("1 hour ago", 1), ("1 hour", -1)):
        date = f"touch --reference=/build/start --date='{other}' /build/start"
        done = script(engine, f"{BEGIN}\n{date}\n{RUN}")
        assert (done.returncode, done.stdout) == (1, "")
        off = int(done.stderr.rpartition("by ")[2].partition(" ")[0])
        assert done.stderr.startswith("voidgen: this machine's clock was set during the run, by ")
        assert 3000 < off * sign < 4000
