"""A page with words and lines at places, whatever it was read from: back to lines, columns and tables."""
