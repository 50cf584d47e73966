"""`voidgen generate`, and what it warns about: owners that no package makes, and sudoers files."""
