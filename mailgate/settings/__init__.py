"""How the texts of the settings become values, and whether they fit together; ``config`` asks for them."""
