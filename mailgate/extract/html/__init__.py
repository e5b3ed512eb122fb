"""HTML, as the body of a mail and as a file."""
