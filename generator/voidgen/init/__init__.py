"""Making new image projects."""
