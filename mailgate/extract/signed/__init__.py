"""What lies inside a signature that wraps it."""
