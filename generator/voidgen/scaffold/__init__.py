"""New image projects."""
