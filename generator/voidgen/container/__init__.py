"""The container that mklive runs in: podman and docker, references to images, images."""
