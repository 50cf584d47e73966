"""Drive a guest over its serial console: log in, and run the checks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.boot import checks
from voidgen.boot.console import Console, ConsoleError
from voidgen.outcome.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voidgen.boot.checks import Check
    from voidgen.boot.image import BootableIso
    from voidgen.boot.qemu import Guest
    from voidgen.plan.accounts import Account, Accounts
    from voidgen.progress import Progress

HANGS = 120
"""Seconds after which a command is ended."""
PAUSE = 2
"""Seconds between two tries of a check that may need time."""
SHOWN = 15
"""Lines of the console to show if the boot failed."""


@frozen
class Driver:
    """Tests ``image`` in a started machine, in ``seconds`` at most."""

    image: BootableIso
    accounts: Accounts
    guest: Guest
    seconds: float
    progress: Progress

    def outcomes(self) -> list[Outcome]:
        """Return the outcome of each check; a check that could not be tried is ``skipped``."""
        if self.guest.serial is None:
            raise AssertionError("voidgen does not have the console")
        console = Console(self.guest.serial, self.seconds)
        wanted = list(checks.of_image(self.image))
        names = ["boot", f"login of {self.image.user}", *(check.name for check in wanted)]
        found: list[Outcome] = []
        try:
            for outcome in self._each(console, wanted):
                found.append(outcome)  # noqa: PERF402 - what came before an error is kept
        except ConsoleError as error:
            detail = "\n".join(error.recent.splitlines()[-SHOWN:])
            name = names[len(found)]
            found.append(Outcome(name, "failed", error.what, detail))
        why = f"not tried: {found[-1].name} failed" if found else ""
        return [*found, *(Outcome(name, "skipped", why) for name in names[len(found) :])]

    def _each(self, console: Console, wanted: Sequence[Check]) -> Iterator[Outcome]:
        """Yield the outcome of each check, in the order of the names above."""
        user, root, start = self.accounts.user, self.accounts.root, time.monotonic()
        with self.progress.step(f"booting {self.image.iso.name}"):
            printed = console.booted()
        yield Outcome("boot", "passed", f"login prompt after {time.monotonic() - start:.0f} s")
        if user.is_locked:
            yield Outcome(f"login of {user.name}", "skipped", "not by password: see [live]")
        else:
            with self.progress.step(f"logging in as {user.name}"):
                console.login(user.name, _password(user, printed))
                said = console.run("id", HANGS).said
                console.logout()
            is_user = f"({user.name})" in said.partition(" ")[0]
            yield Outcome(f"login of {user.name}", "passed" if is_user else "failed", said)
        if root.is_locked:
            console.login(user.name, _password(user, printed), "exec sudo -n")
        else:
            console.login(root.name, _password(root, printed))
        for check in wanted:
            with self.progress.step(check.name):
                yield self._one(console, check)

    @staticmethod
    def _one(console: Console, check: Check) -> Outcome:
        until = time.monotonic() + check.within
        while True:
            answer = console.run(check.command, HANGS)
            if check.holds(answer) or time.monotonic() > until:
                return check.outcome(answer)
            time.sleep(PAUSE)


def _password(account: Account, printed: str) -> str | None:
    """Return the password of ``account``; ConsoleError if the console has not shown it."""
    try:
        return account.password(printed)
    except LookupError:
        what = f"the console does not show the password of {account.name}"
        raise ConsoleError(what, printed) from None
