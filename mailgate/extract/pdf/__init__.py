"""PDF files: their form fields, their pages, and the guard before them."""
