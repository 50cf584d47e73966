"""``[services]`` of voidgen.toml."""

from attrs import field, frozen

from voidgen.config import rules
from voidgen.schema.rule import MisfitError


@frozen
class Services:
    """Runit services that start with the image, or that do not."""

    enable: tuple[rules.Service, ...] = field(
        default=(),
        metadata={"help": "services that start at boot, in addition to those of the modules"},
    )
    disable: tuple[rules.Service, ...] = field(
        default=(),
        metadata={"help": "services that do not start, even if a module or mklive enables them"},
    )

    def __attrs_post_init__(self) -> None:
        for index, name in enumerate(self.disable):
            if name in self.enable:
                what = f"{name!r} is in services.enable, too"
                raise MisfitError(what, ("disable", index), remedy="remove one of the two")
