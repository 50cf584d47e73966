"""How Nix and XBPS take names apart and order versions, each by its own rule. Pure."""
