"""Alembic's environment and the revisions of the schema."""

HEAD = "0004"
"""The newest revision; a test keeps it true."""
