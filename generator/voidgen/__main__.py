"""``python -m voidgen``."""

from voidgen.cli import main

main()
