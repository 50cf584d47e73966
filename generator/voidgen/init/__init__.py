"""Files of an image project that `voidgen init` makes: from a preset, or offline."""
