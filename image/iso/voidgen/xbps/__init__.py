"""Void's packages: which ones mklive installs, where they are, and a local repository of them.

`programs` runs XBPS, which resolves and verifies. `transactions` records what mklive's own steps
would install, `repodata` reads hashes and sizes, and `store` has the locked packages.
"""
