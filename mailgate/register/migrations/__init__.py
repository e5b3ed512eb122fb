"""Alembic's environment and the revisions of the schema."""

HEAD = "0006"
"""The newest revision; a test keeps it true."""
