"""What checks came to: for a person, a program, JUnit and GitHub."""
