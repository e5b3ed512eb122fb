"""How mail comes in: by SMTP, from an IMAP mailbox, from files."""
