"""Void's packages: which ones mklive takes, where they are, and a local repository of them.

XBPS itself resolves and verifies (`programs`), following mklive's own steps (`transactions`);
`repodata` only looks hashes and sizes up, and `repository` lays out what is locked.
"""
