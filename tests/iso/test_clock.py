"""Which files are of a run, whatever the machine's clock says: the container's script by itself."""

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


def test_what_is_dated_before_or_after_the_run_is_of_packages(engine: Podman) -> None:
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


def test_clock_that_is_set_during_the_run_is_refused(engine: Podman) -> None:
    for other, sign in (("1 hour ago", 1), ("1 hour", -1)):
        date = f"touch --reference=/build/start --date='{other}' /build/start"
        done = script(engine, f"{BEGIN}\n{date}\n{RUN}")
        assert (done.returncode, done.stdout) == (1, "")
        off = int(done.stderr.rpartition("by ")[2].partition(" ")[0])
        assert done.stderr.startswith("voidgen: this machine's clock was set during the run, by ")
        assert 3000 < off * sign < 4000
