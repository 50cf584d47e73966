"""The container that mklive runs in: engines, references, images."""
