"""TOML and JSON: read into types with every fault at once, and written."""
