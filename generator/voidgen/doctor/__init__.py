"""Can this machine build and boot images? What it lacks, and the commands that fix it."""
