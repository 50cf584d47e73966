"""What a project is locked to: flake.lock, which Nix writes, and voidgen.lock for the rest.

`flake_lock` and `voidgen_lock` read the files, and `types` says what voidgen.lock holds. `state`
reads and writes both. `status` lists what is not locked, `changes` what differs between two states,
and `update` finds what to lock: it asks Nix, XBPS and the registry of the container's image. `run`
does all of it.
"""
