"""Whether a project is reproducible, here and now."""
