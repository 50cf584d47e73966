"""Find out with short containers which conditions have an effect in a container."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from voidgen.check.conditions import start
from voidgen.container.engine import Task
from voidgen.errors import StepFailedError
from voidgen.system import environment, process

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voidgen.check.conditions import Condition, Setting
    from voidgen.container.engine import Engine

SCRIPT = "set -e; mkdir -p /build; date +%s; nproc; stat -f -c %T /build; cat /proc/self/uid_map"
DAY = 86400


class RefusedError(Exception):
    """A container cannot be started with these conditions; the message says why."""


@frozen
class View:
    """What a container sees of its conditions."""

    clock: int
    cores: int
    storage: str
    users: str


@frozen
class Probe:
    """Short containers of ``image``, started like the containers of the two runs."""

    runner: Engine
    image: str
    project: Path

    def confirm(self, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        """Return the conditions, without the settings of those that have no effect here."""
        try:
            both = self._views(conditions)
        except RefusedError:
            conditions = [self._alone(one) for one in conditions]
            try:
                both = self._views(conditions)
            except RefusedError as error:
                # No container starts at all, or none starts with all of them.
                return tuple(
                    one.without(str(error)) if one.seen and one.settings else one
                    for one in conditions
                )
        return tuple(_confirmed(one, *both) for one in conditions)

    def _alone(self, one: Condition) -> Condition:
        if not one.settings or not one.seen:
            return one
        try:
            self._views([one])
        except RefusedError as error:
            return one.without(str(error))
        return one

    def _views(self, conditions: Sequence[Condition]) -> tuple[View, View]:
        return self._view(conditions, 0), self._view(conditions, 1)

    def _view(self, conditions: Sequence[Condition], number: int) -> View:
        run = start(conditions, number)
        runner = evolve(
            self.runner,
            arguments=(*self.runner.arguments, *run.arguments),
            build=run.build or self.runner.build,
        )
        task = Task(
            name=f"voidgen-{hashlib.sha256(os.fsencode(self.project)).hexdigest()[:12]}-probe",
            project=self.project,
            image=self.image,
            reads={},
            writes={},
            variables={"LC_ALL": "C"},
            words=["bash", "-c", SCRIPT],
        )
        argv = [*run.program, *runner.command(task)]
        env = environment.of(runner.program)
        try:
            done = process.run(argv, cwd=Path("/"), env=env, timeout=process.PATIENCE)
            clock, cores, storage, *users = done.stdout.decode(errors="replace").splitlines()
            return View(int(clock), int(cores), storage, " ".join(" ".join(users).split()))
        except ValueError:
            raise RefusedError("the container's programs do not answer like GNU's") from None
        except StepFailedError as error:
            raise RefusedError(_reason(error)) from None
        except TimeoutError:
            self.runner.remove(task.name)
            what = f"a container with this setting takes more than {process.PATIENCE:g} seconds"
            raise RefusedError(what) from None
        except BaseException:
            self.runner.remove(task.name)
            raise


def _confirmed(one: Condition, first: View, second: View) -> Condition:
    """Return the condition with the values that the containers saw; not varied if they agree."""
    if not one.settings or not one.seen:
        return one
    values = _shown(one.settings, one.seen, first), _shown(one.settings[::-1], one.seen, second)
    if one.seen == "clock":
        same = abs(first.clock - second.clock) < DAY
    else:
        same = getattr(first, one.seen) == getattr(second, one.seen)
    if same:
        return one.without(f"has no effect in this container: both runs see {values[0]}")
    pair = evolve(one.settings[0], value=values[0]), evolve(one.settings[1], value=values[1])
    return evolve(one, settings=pair)


def _shown(settings: Sequence[Setting], seen: str, view: View) -> str:
    if seen == "clock":
        return datetime.fromtimestamp(view.clock, UTC).date().isoformat()
    if seen == "users":
        return settings[0].value
    return str(getattr(view, seen))


def _reason(error: StepFailedError) -> str:
    """Return why no container starts: the last line that the engine printed."""
    lines = error.output.strip().splitlines() or [error.what]
    return f"no container starts with this setting: {lines[-1]}"
