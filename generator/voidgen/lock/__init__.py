"""What a project is pinned to: flake.lock, which is Nix's, and voidgen.lock, which holds the rest.

`flake` and `file` read and write them, `types` says what voidgen.lock holds, `moves` compares
two of them. Nothing here starts a program.
"""
