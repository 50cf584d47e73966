"""Differences between two trees or ISOs that should be equal, with likely reasons."""
