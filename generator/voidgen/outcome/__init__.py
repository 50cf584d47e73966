"""Results of checks, and their forms: a table, JSON, JUnit and GitHub annotations."""
