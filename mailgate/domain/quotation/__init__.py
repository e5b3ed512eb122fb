"""What in a mail is quoted, signed or advertised, and what was newly written."""
