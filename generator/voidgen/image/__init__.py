"""A built image: its closure, sizes and overlay, and snapshots of it from wherever it is."""
