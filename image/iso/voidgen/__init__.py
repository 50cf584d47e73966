"""voidgen: one declarative file to a Void Linux live ISO with a Nix closure baked in."""

__version__ = "0.1.0"
