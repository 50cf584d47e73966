"""Store paths for tests."""

from voidgen.nix.closure import StorePath


def path(name: str, digit: str = "a") -> str:
    return f"/nix/store/{digit * 32}-{name}"


def paths(*names: str, size: int = 10) -> dict[str, StorePath]:
    return {path(*name.split(" ")): StorePath(size, ()) for name in names}
