"""Overlay modules: what they are, which of them an image has, and their paths in it."""
