"""What `voidgen generate` does: check the project, emit its files, and report doubts."""
