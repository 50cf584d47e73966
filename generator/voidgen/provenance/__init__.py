"""Where an ISO comes from: its source, statements about it, and signatures."""
