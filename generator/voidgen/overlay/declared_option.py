"""An option as a module's module.toml declares it, and which values it takes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from voidgen.config import passwords, persistence, rules
from voidgen.schema.rule import MisfitError, Rule, show
from voidgen.schema.structure import OptionValue

OptionType = Literal["string", "boolean", "integer", "list", "enum"]
PYTHON_TYPES: Mapping[str, type] = MappingProxyType(
    {"string": str, "boolean": bool, "integer": int, "list": tuple, "enum": str}
)

OPTION_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "ssh-public-key": rules.SIGNER,
        "password": passwords.RULE,
        "persistence": persistence.LABEL,
    }
)
"""Rules that an option's values may have to follow."""
ARTICLES: Mapping[str, str] = MappingProxyType(
    {
        "string": "a string",
        "boolean": "true or false",
        "integer": "a whole number",
        "list": "a list of strings",
        "enum": "a string",
    }
)


@frozen
class Option:
    """An option that a module declares; without a default, voidgen.toml must set it."""

    type: OptionType = field(metadata={"help": "type of the value"})
    help: rules.OneLine = field(metadata={"help": "what the option does, on one line"})
    default: OptionValue | None = field(
        default=None, metadata={"help": "value if voidgen.toml does not set the option"}
    )
    choices: tuple[str, ...] = field(default=(), metadata={"help": "the values of an enum"})
    names: rules.Named | None = field(
        default=None,
        metadata={"help": "path that must exist in the image; the value replaces @"},
    )
    rule: Literal["ssh-public-key", "password", "persistence"] | None = field(
        default=None, metadata={"help": "rule for the string, or for each string of a list"}
    )
    runs: bool = field(
        default=False,
        metadata={
            "help": "whether the value's first word is a program: `generate` warns if no package "
            "of the image seems to bring it"
        },
    )
    extends: rules.ImagePath | None = field(
        default=None,
        metadata={
            "help": "file of the module that gets the option's lines: if another module has the "
            "same file, the error names this option"
        },
    )

    def __attrs_post_init__(self) -> None:
        if (self.type == "enum") != bool(self.choices):
            raise MisfitError("an enum must have choices, and no other type can", ("choices",))
        if self.names and PYTHON_TYPES[self.type] is not str:
            raise MisfitError("only a string or an enum names a path", ("names",))
        if self.rule and self.type not in {"string", "list"}:
            raise MisfitError("only strings and lists have a rule", ("rule",))
        if self.runs and self.type not in {"string", "list", "enum"}:
            what = "only strings and lists name a program"
            raise MisfitError(what, ("runs",), remedy="remove it")
        if self.default is not None and (wrong := self.misfit(self.default)):
            raise MisfitError(wrong, ("default",))

    def misfit(self, value: OptionValue) -> str:
        """Return what is wrong with ``value`` for this option, or ""."""
        if type(value) is not PYTHON_TYPES[self.type]:
            return f"expected {ARTICLES[self.type]}, got {show(value)}"
        if self.choices and value not in self.choices:
            return f"expected one of {', '.join(self.choices)}, got {show(value)}"
        if self.rule and isinstance(value, str | tuple):
            for text in (value,) if isinstance(value, str) else value:
                try:
                    OPTION_RULES[self.rule].check(text)
                except MisfitError as error:
                    return error.what
        return ""
