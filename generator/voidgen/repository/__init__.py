"""What git does to a project's files between people: what it changes, and what it does not keep."""
