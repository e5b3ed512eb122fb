"""RTF, as a file and as the body of a mail from Outlook."""
