"""Building what `voidgen generate` emitted into ./result."""
