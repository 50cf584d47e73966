"""Whether an ISO is the one that its maker made: sums, signatures, and what is in it."""
