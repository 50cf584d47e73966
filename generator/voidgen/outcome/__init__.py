"""Results of checks, and their forms: a table, JSON, JUnit and annotations of GitHub."""
