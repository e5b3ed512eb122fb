"""What to present to the mailbox and the smarthost when they ask who we are: a password, or an OAuth2 token."""
