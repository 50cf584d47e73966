"""Overlay modules: what they are, and which of them an image has."""
