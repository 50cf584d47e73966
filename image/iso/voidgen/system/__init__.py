"""The machine: programs, environment, files, git, hashes, and data that others wrote."""
