"""An ISO's provenance: its source, statements about it, and signatures."""
