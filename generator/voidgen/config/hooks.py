"""The table [hooks] of voidgen.toml."""

from attrs import field, frozen

from voidgen.config import rules


@frozen
class Hooks:
    """Scripts of the project that change the image, for what no module can say."""

    post_install: rules.ProjectFile | None = field(
        default=None,
        metadata={
            "help": "script that root runs in the image's root tree, without a network, when it "
            "has all packages and the overlay, before mklive makes the initramfs"
        },
    )
