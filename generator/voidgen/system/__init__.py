"""The machine below voidgen: programs, environment, files, git, hashes."""
