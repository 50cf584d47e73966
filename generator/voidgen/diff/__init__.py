"""What differs between two snapshots of an image, and the forms in which it is printed."""
