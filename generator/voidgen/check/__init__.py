"""`voidgen check`: find out whether a project is reproducible on this machine."""
