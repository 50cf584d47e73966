"""What differs between two snapshots of an image."""
