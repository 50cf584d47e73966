"""Whether this machine can do what voidgen needs of it, and what mends it where it cannot."""
