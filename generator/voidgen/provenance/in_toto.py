"""Types to read the JSON of voidgen's provenance: an in-toto Statement of SLSA provenance."""

from attrs import field, frozen

from voidgen.system.untrusted import GarbledError


@frozen
class Digest:
    """The hashes that identify a file, a commit or a store path."""

    sha256: str = ""
    git_commit: str = field(default="", metadata={"key": "gitCommit"})
    nar_hash: str = field(default="", metadata={"key": "narHash"})


@frozen
class Subject:
    """The ISO that was built."""

    name: str
    digest: Digest


@frozen
class Dependency:
    """An input of the ISO."""

    name: str
    digest: Digest
    uri: str = ""


@frozen
class Given:
    """The source that the ISO's builder names."""

    clean: bool
    uri: str = ""
    dir: str = ""


@frozen
class Parameters:
    """What the ISO's builder chose."""

    source: Given | None = None
    source_date: int | None = field(default=None, metadata={"key": "sourceDateEpoch"})


@frozen
class Build:
    """How the ISO was built."""

    type: str = field(metadata={"key": "buildType"})
    parameters: Parameters = field(metadata={"key": "externalParameters"})
    dependencies: tuple[Dependency, ...] = field(metadata={"key": "resolvedDependencies"})

    def dependency(self, name: str) -> Dependency | None:
        """Return the first dependency called ``name``."""
        return next((one for one in self.dependencies if one.name == name), None)


@frozen
class Version:
    """The version of voidgen."""

    voidgen: str


@frozen
class Builder:
    """The program that built the ISO."""

    version: Version


@frozen
class Run:
    """The run that built the ISO."""

    builder: Builder


@frozen
class Predicate:
    """The content of the statement."""

    build: Build = field(metadata={"key": "buildDefinition"})
    run: Run = field(metadata={"key": "runDetails"})


@frozen
class Statement:
    """The whole statement, with exactly one subject."""

    type: str = field(metadata={"key": "_type"})
    predicate_type: str = field(metadata={"key": "predicateType"})
    subjects: tuple[Subject, ...] = field(metadata={"key": "subject"})
    predicate: Predicate

    def __attrs_post_init__(self) -> None:
        if len(self.subjects) != 1:
            raise GarbledError("expected one subject")
