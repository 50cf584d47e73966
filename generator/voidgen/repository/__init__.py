"""What git changes in a project's files, and which of them it does not keep."""
