"""The plan of an image, and the tree of files that it becomes."""
