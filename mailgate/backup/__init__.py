"""Backups of the register with its keys: made beside the running daemon, verified, kept in order, restored."""
