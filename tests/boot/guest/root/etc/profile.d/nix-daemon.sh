# Stands in for Void's, and for the state directory that Void's Nix was compiled with.
export NIX_REMOTE=daemon NIX_STATE_DIR=/var/nix
