"""Nix's commands, store and names, as functions with typed values; for Nix 2.8 and later."""
