"""Nix: its commands, its database and derivations, its names and versions."""
