"""What differs between two people who build the same image: two settings for each. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Seen = Literal["", "clock", "cores", "users", "storage"]

BEHIND, AHEAD = "-150d", "+400d"
"""The clocks of the two runs, as FAKETIME takes them (faketime(1)): months behind, a year ahead."""
DEEPER = "another-with-a-longer-name/and/deeper/two"
"""The folder of the second run."""
USERS = 1 << 16
"""User ids in the second run's user namespace: those of a system."""


@frozen
class Setting:
    """How one condition makes one of the two runs start.

    ``value`` is what a person reads. ``program`` comes before voidgen's own arguments,
    ``arguments`` go to the container engine's ``run``, ``build`` is a value of `engine.BUILD`,
    ``folder`` is relative to the folder of both runs. An empty field changes nothing.
    """

    value: str
    env: Mapping[str, str] = field(factory=dict)
    umask: int | None = None
    folder: str = ""
    program: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    build: str = ""


@frozen
class Condition:
    """Something that may differ between two people, and must not change what they build.

    ``seen`` names the fact about it that a container can read. If this machine cannot vary it,
    there are no settings, and ``missing`` says why and what would make it possible.
    """

    name: str
    settings: tuple[Setting, Setting] | None
    seen: Seen = ""
    missing: str = ""

    def without(self, missing: str) -> Condition:
        """Return the same condition, not varied, for the reason ``missing``."""
        return evolve(self, settings=None, missing=missing)


@frozen
class Start:
    """How a run starts: the settings of all conditions together."""

    env: Mapping[str, str]
    umask: int
    folder: str
    program: tuple[str, ...]
    arguments: tuple[str, ...]
    build: str


ANYWHERE = (
    Condition("umask", (Setting("022", umask=0o022), Setting("077", umask=0o077))),
    Condition(
        "locale",
        (
            Setting("C.UTF-8", {"LC_ALL": "C.UTF-8"}),
            Setting("C", {"LC_ALL": "C", "LANG": "tr_TR.UTF-8"}),
        ),
    ),
    Condition(
        "time zone",
        (Setting("UTC", {"TZ": "UTC"}), Setting("Asia/Kathmandu", {"TZ": "Asia/Kathmandu"})),
    ),
    Condition(
        "order of sets",
        (
            Setting("PYTHONHASHSEED=1", {"PYTHONHASHSEED": "1"}),
            Setting("PYTHONHASHSEED=2", {"PYTHONHASHSEED": "2"}),
        ),
    ),
    Condition(
        "folder",
        (Setting("FOLDER/one", folder="one"), Setting(f"FOLDER/{DEEPER}", folder=DEEPER)),
    ),
)
"""What any machine can vary."""


IN_SANDBOX = (
    Condition("engine mode", None, missing="Nix chooses the user ids of its builds"),
    Condition("clock", None, missing="a build has the clock of the machine that builds"),
    Condition("cores", None, missing="Nix chooses the processors of its builds"),
    Condition("file system of the build", None, missing="Nix builds in its build-dir"),
    Condition("store", None, missing="a build reads the Nix store itself"),
)
"""What cannot be varied in Nix's sandbox. podman and docker can vary it."""


def start(conditions: Iterable[Condition], number: int) -> Start:
    """Return how the first (0) or the second (1) of two runs starts."""
    settings = [one.settings[number] for one in conditions if one.settings]
    return Start(
        {name: value for one in settings for name, value in one.env.items()},
        next((one.umask for one in settings if one.umask is not None), -1),
        "/".join(one.folder for one in settings if one.folder) or str(number),
        tuple(word for one in settings for word in one.program),
        tuple(word for one in settings for word in one.arguments),
        next((one.build for one in settings if one.build), ""),
    )


def cores(numbers: Sequence[int], engine: str, *, taskset: bool) -> Condition:
    """Return the condition of fewer cores; voidgen may use the cores ``numbers``."""
    varied = Condition("cores", None, "cores")
    if len(numbers) < 2:  # noqa: PLR2004 - two runs
        return varied.without("this machine has one core; use one that has more")
    if not taskset:
        return varied.without("taskset is not installed (Debian: util-linux)")
    first = str(min(numbers))
    # Docker's daemon starts the containers, so they inherit nothing from voidgen.
    words = (f"--cpuset-cpus={first}",) if engine == "docker" else ()
    program = ("taskset", "--cpu-list", first)
    one = Setting("1", program=program, arguments=words)
    return evolve(varied, settings=(Setting(str(len(numbers))), one))


def clock(library: str) -> Condition:
    """Return the condition of another date; ``library`` is libfaketime's file on this machine."""
    varied = Condition("clock", None, "clock")
    if not library:
        return varied.without("libfaketime is not installed (Debian: libfaketime)")
    folder, _, name = library.rpartition("/")
    settings = [
        Setting(
            offset,
            arguments=(
                f"--volume={folder}:/faketime:ro",
                f"--env=LD_PRELOAD=/faketime/{name}",
                f"--env=FAKETIME={offset}",
                # Keep the files' real times.
                "--env=NO_FAKE_STAT=1",
            ),
        )
        for offset in (BEHIND, AHEAD)
    ]
    return evolve(varied, settings=(settings[0], settings[1]))


def engine_mode(engine: str, *, root: bool) -> Condition:
    """Return the condition of running as root and in a user namespace, as rootless engines do.

    ``root`` says whether the engine's root is the machine's root. Each id is the same inside and
    outside of the namespace, so the results keep their owners. Making device nodes fails there.
    """
    varied = Condition("engine mode", None, "users")
    if not root:
        return varied.without("needs root: run voidgen with sudo")
    if engine != "podman":
        what = f"{engine} runs all containers in one mode: install podman to compare two"
        return varied.without(what)
    words = (f"--uidmap=0:0:{USERS}", f"--gidmap=0:0:{USERS}")
    second = Setting("root of a user namespace", arguments=words)
    return evolve(varied, settings=(Setting("root"), second))


def storage(build: str, needed: int, memory: int) -> Condition:
    """Return the condition of another file system for the build.

    ``build`` is the usual place of the build (`engine.BUILD`), ``needed`` its size in bytes,
    ``memory`` the largest size of a tmpfs in bytes.
    """
    fits = ("tmpfs",) if needed <= memory else ()
    other = next(one for one in (*fits, "container", "volume") if one != build)
    settings = (Setting(build, build=build), Setting(other, build=other))
    return Condition("file system of the build", settings, "storage")


def store(arguments: tuple[str, ...], about: str) -> Condition:
    """Return the condition of copies instead of the store's paths; ``about`` is what differs."""
    settings = (Setting("unchanged"), Setting(about, arguments=arguments))
    return Condition("store", settings)
