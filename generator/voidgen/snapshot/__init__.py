"""An image at one point: what was asked, locked, built and laid over, however it is at hand."""
