"""Where two trees that should be equal are not, and why that may be."""
