"""Nix, whichever release from 2.8 on is installed, by functions with typed values."""
