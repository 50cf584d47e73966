"""`voidgen doctor`: find what this machine lacks to build and boot images, with the fixes."""
