"""Data files of the wheel: Nix code, presets, templates, tables. `bundled_files` finds them."""
