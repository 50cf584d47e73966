"""Make files of this repository from the code: pages, manuals, tables, the schema."""
