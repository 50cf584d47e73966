"""TOML and JSON: reading, structuring into types, writing."""
