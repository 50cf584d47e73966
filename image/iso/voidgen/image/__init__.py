"""A built image: its closure, sizes and overlay; snapshots of projects, builds and ISOs."""
