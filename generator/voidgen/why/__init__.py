"""Why something is in the image: who asked for it, and what in the closure needs it."""
