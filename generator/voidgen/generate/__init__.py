"""What `voidgen generate` warns about: owners that no package makes, and sudoers files."""
