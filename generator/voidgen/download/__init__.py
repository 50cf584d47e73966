"""Downloads of locked files: several at once, resumed, and hashed while they arrive."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextlib import closing, suppress
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from voidgen.download import local, web
from voidgen.download.part import ByteReporter, Part, Wanted
from voidgen.download.refused import FIX, RefusedError, WrongError
from voidgen.errors import StepFailedError
from voidgen.system import sri
from voidgen.system.credentials import hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voidgen.progress import Progress

__all__ = ["Wanted", "fetch"]

T = TypeVar("T")
R = TypeVar("R")


def fetch(wanted: Sequence[Wanted], progress: Progress, *, what: str, at_once: int = 8) -> None:
    """Fetch those of ``wanted`` that are missing, up to ``at_once`` of them at a time.

    A file that exists is kept if its hash is right, or if none is known. ``progress`` shows, as
    ``what``, the bytes of the others if their sizes are known.

    Raises StepFailedError that names every file that could not be fetched. The others are in place
    then, and the next run continues the incomplete ones.
    """
    each = list(dict.fromkeys(wanted))
    there = _in_parallel(_is_there, each, at_once)
    missing = [one for one, kept in zip(each, there, strict=True) if not kept]
    if not missing:
        return
    with progress.transfer(what, sum(one.size or 0 for one in missing)) as moved:
        reporter = ByteReporter(moved)
        try:
            ends = _in_parallel(lambda one: _get(one, reporter), missing, at_once)
        finally:
            reporter.stop()
    failures = [end for end in ends if end]
    if failures:
        raise _combined(failures)


def _is_there(wanted: Wanted) -> bool:
    try:
        return wanted.file.is_file() and (
            wanted.hash is None
            or (
                wanted.size in {None, wanted.file.stat().st_size}
                and sri.of_file(wanted.file) == wanted.hash
            )
        )
    except OSError:
        # If that matters, replacing the file fails, too.
        return False


def _in_parallel(work: Callable[[T], R], items: Sequence[T], at_once: int) -> list[R]:
    """Return the results of ``work`` for ``items``, in their order; raise the first exception.

    Unlike an executor, it then does not wait for its threads, nor does the interpreter at its end:
    a silent server would hold them until the timeout.
    """
    futures: list[Future[R]] = [Future() for _ in items]
    left = deque(zip(items, futures, strict=True))

    def worker() -> None:
        with suppress(IndexError):
            while True:
                item, future = left.popleft()
                try:
                    future.set_result(work(item))
                except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                    future.set_exception(error)

    for _ in range(min(at_once, len(items))):
        Thread(target=worker, daemon=True).start()
    try:
        return [future.result() for future in futures]
    finally:
        left.clear()


@frozen
class _Failure:
    line: str
    remedy: str


def _combined(failures: Sequence[_Failure]) -> StepFailedError:
    count = "1 file" if len(failures) == 1 else f"{len(failures)} files, the first"
    return StepFailedError(
        f"cannot fetch {count}: {failures[0].line}",
        "; ".join(dict.fromkeys(failure.remedy for failure in failures)),
        "\n".join(failure.line for failure in failures),
    )


def _get(wanted: Wanted, reporter: ByteReporter) -> _Failure | None:
    """Fetch one file from its URL or a mirror; return why its URL failed if all of them do."""
    failure = _get_from(wanted, reporter)
    for mirror in wanted.mirrors if failure else ():
        if not _get_from(evolve(wanted, url=mirror), reporter):
            return None
    return failure


def _get_from(wanted: Wanted, reporter: ByteReporter) -> _Failure | None:
    try:
        with closing(Part(wanted, reporter)) as part:
            # Another voidgen may have fetched it while this one waited.
            if _is_there(wanted):
                reporter.report(wanted.size or 0)
            else:
                part.load()
                _complete(part)
    except RefusedError as error:
        return _Failure(f"{hidden(wanted.url)}: {error.what}", error.remedy)
    except OSError as error:
        reason = error.strerror or str(error)
        return _Failure(f"{error.filename or wanted.file}: {reason}", FIX)
    return None


def _complete(part: Part, *, again: bool = True) -> None:
    """Receive the rest of the part and move it to its place; discard wrong bytes."""
    receive = local.receive if part.wanted.url.startswith("/") else web.receive
    try:
        receive(part)
        part.check()
    except WrongError:
        pieced = part.pieced
        part.restart()
        if not (pieced and again):
            raise
        # The pieces may come from different versions of the file: fetch all of it once more.
        _complete(part, again=False)
    else:
        part.keep()
