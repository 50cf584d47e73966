"""The source date of a project's ISO: from the environment, or from its locked inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError
from voidgen.lock import epoch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voidgen.lock.flake_lock import Input


def of(inputs: Iterable[Input], environment: Mapping[str, str]) -> int:
    """Return SOURCE_DATE_EPOCH of ``environment``, or else the time of the newest locked commit.

    In seconds since 1970. Raises WrongInputError if the variable is not such a number.
    """
    try:
        asked = environment.get(epoch.VARIABLE, "")
        return epoch.of_commits((one.modified for one in inputs), asked)
    except epoch.NotADateError as error:
        remedy = "unset it: voidgen then uses the date of the newest locked input"
        raise WrongInputError(Fault(str(error), remedy=remedy)) from None
