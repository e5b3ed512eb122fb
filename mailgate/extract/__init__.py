"""A file's bytes become texts and tables, one module a format; runs only inside the sandbox."""
