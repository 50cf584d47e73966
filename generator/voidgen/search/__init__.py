"""Search by name and description: overlay modules, Void packages and the Nix package set.

`run` asks each source, and `rank` puts what fits best first.
"""
