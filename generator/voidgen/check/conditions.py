"""What differs between two people who make the same image, as two settings of each. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Seen = Literal["", "clock", "cores", "users", "storage"]

BEHIND, AHEAD = "-150d", "+400d"
"""The clocks of the two runs, as FAKETIME has them (faketime(1)): months behind, a year ahead."""
DEEPER = "another-with-a-longer-name/and/deeper/two"
"""The folder of the second run."""
USERS = 1 << 16
"""User ids in the second run's user namespace: those of a system."""


@frozen
class Setting:
    """How one of the two runs starts, as far as one condition says it.

    ``value`` is for a person. ``program`` comes before voidgen's own words, ``arguments`` go to the
    container engine's ``run``, ``build`` is a value of `engine.BUILD`, ``folder`` is below that of
    both runs. An empty field changes nothing.
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
    """Something that may differ between two people, and must not show in what they make.

    ``seen`` names what a container sees of it. ``missing`` says why this machine cannot vary it and
    what would make it possible; there are no settings then.
    """

    name: str
    settings: tuple[Setting, Setting] | None
    seen: Seen = ""
    missing: str = ""

    def without(self, missing: str) -> Condition:
        """The same, not varied."""
        return evolve(self, settings=None, missing=missing)


@frozen
class Start:
    """How a run starts: the settings of all conditions in one."""

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


def start(conditions: Iterable[Condition], number: int) -> Start:
    """How the first (0) or the second (1) of two runs starts."""
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
    """Fewer cores; ``numbers`` are those that voidgen may use."""
    varied = Condition("cores", None, "cores")
    if len(numbers) < 2:  # noqa: PLR2004 - two runs
        return varied.without("this machine has one core; use one that has more")
    if not taskset:
        return varied.without("taskset is not installed (Debian: util-linux)")
    first = str(min(numbers))
    # docker's daemon starts containers: they inherit nothing from voidgen.
    words = (f"--cpuset-cpus={first}",) if engine == "docker" else ()
    program = ("taskset", "--cpu-list", first)
    one = Setting("1", program=program, arguments=words)
    return evolve(varied, settings=(Setting(str(len(numbers))), one))


def clock(library: str) -> Condition:
    """Another date in the container; ``library`` is libfaketime's file on this machine."""
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
                # The times of files are the kernel's.
                "--env=NO_FAKE_STAT=1",
            ),
        )
        for offset in (BEHIND, AHEAD)
    ]
    return evolve(varied, settings=(settings[0], settings[1]))


def engine_mode(engine: str, *, root: bool) -> Condition:
    """As root and in a user namespace, as rootless engines run containers.

    ``root`` says that the engine's root is the machine's. Each id of the namespace is the same one
    outside, so that what comes out needs no other owner; making device nodes fails all the same.
    """
    varied = Condition("engine mode", None, "users")
    if not root:
        return varied.without("needs root: run voidgen by sudo")
    if engine != "podman":
        what = f"{engine} has one mode for all its containers; with podman, both can be compared"
        return varied.without(what)
    words = (f"--uidmap=0:0:{USERS}", f"--gidmap=0:0:{USERS}")
    second = Setting("root of a user namespace", arguments=words)
    return evolve(varied, settings=(Setting("root"), second))


def storage(build: str, needed: int, memory: int) -> Condition:
    """Another file system for the build.

    ``build`` is where it lies without this (`engine.BUILD`); ``needed`` are the bytes it takes,
    ``memory`` those that a tmpfs may have.
    """
    fits = ("tmpfs",) if needed <= memory else ()
    other = next(one for one in (*fits, "container", "volume") if one != build)
    settings = (Setting(build, build=build), Setting(other, build=other))
    return Condition("file system of the build", settings, "storage")


def store(arguments: tuple[str, ...], about: str) -> Condition:
    """Copies of store paths in the place of the store's own; ``about`` says what is other."""
    settings = (Setting("as it is"), Setting(about, arguments=arguments))
    return Condition("store", settings)
