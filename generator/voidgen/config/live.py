"""The table [live] of voidgen.toml; documentation and schema keep the order of the fields."""

from attrs import field, frozen

from voidgen.config import passwords, rules
from voidgen.config.persistence import Label


@frozen
class Live:
    """Who can log in on the live system, and what it keeps."""

    password: passwords.Password = field(
        default=passwords.WELL_KNOWN,
        metadata={
            "help": 'password of the live user and of root: "voidlinux", which is public, "none", '
            '"locked" (no login by password), "random" (each boot makes and shows one), or a hash '
            f"as `{passwords.MAKE_HASH}` prints it"
        },
    )
    root_password: passwords.Password | None = field(
        default=None, metadata={"help": "the same for root alone; the default is password"}
    )
    ssh_keys: tuple[rules.Signer, ...] = field(
        default=(),
        metadata={
            "help": "public SSH keys that can log in as the live user; adds the module ssh-server"
        },
    )

    persistence: Label | None = field(
        default=None,
        metadata={
            "help": "label of an ext4 partition that keeps changes across boots; adds a boot menu "
            "entry. `voidgen write --persistence SIZE` makes the partition"
        },
    )

    def of_root(self) -> str:
        """Return root's password, in the form of ``password``."""
        return self.root_password or self.password
