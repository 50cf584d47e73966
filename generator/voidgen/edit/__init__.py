"""Changes of voidgen.toml by `voidgen add` and `voidgen remove`: packages and modules."""
