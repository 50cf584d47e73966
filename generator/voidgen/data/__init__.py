"""Data files that come with voidgen; `bundled_files` finds them."""
