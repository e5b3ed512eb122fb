"""Documents of Microsoft Word, of all years."""
