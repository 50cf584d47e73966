"""Changing voidgen.toml for the user: packages and modules added and removed."""
