"""The plan of an image, and the files that it becomes."""
