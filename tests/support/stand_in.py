"""Programs of the tests' own in the place of others: what each was asked, and what it answers."""

import os
import shlex
from pathlib import Path


class StandIns:
    """A folder of programs, each of which keeps the arguments of each of its starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def add(self, name: str, *answers: tuple[int, str, str]) -> None:
        """A program whose starts end with the ``answers``: status, output, messages.

        The last answer is that of all further starts.
        """
        for number, (_, out, err) in enumerate(answers):
            (self.folder / f"{name}.{number}.out").write_text(out)
            (self.folder / f"{name}.{number}.err").write_text(err)
        cases = "\n".join(
            f"{number if number + 1 < len(answers) else '*'}) answer {number} {status} ;;"
            for number, (status, _, _) in enumerate(answers)
        )
        program = self.folder / name
        here = shlex.quote(str(program))
        # Nothing but the shell is needed: PATH may hold no other program.
        program.write_text(
            f"""#!/bin/sh
starts=0
[ ! -e {here}.starts ] || while IFS= read -r line; do
	[ "$line" != -- ] || starts=$((starts + 1))
done < {here}.starts
printf '%s\\n' -- "$@" >> {here}.starts
show() {{
	while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done < "$1"
}}
answer() {{
	show {here}.$1.out
	show {here}.$1.err >&2
	exit "$2"
}}
case $starts in
{cases}
esac
"""
        )
        program.chmod(0o755)

    def starts(self, name: str) -> list[list[str]]:
        """The arguments of each start of a program."""
        file = self.folder / f"{name}.starts"
        found: list[list[str]] = []
        for line in file.read_text().splitlines() if file.exists() else []:
            if line == "--":
                found.append([])
            else:
                found[-1].append(line)
        return found

    @property
    def path(self) -> str:
        """PATH with these programs before the machine's."""
        return f"{self.folder}:{os.environ['PATH']}"
