"""The SQL record of mail, questions, answers, deadlines, events and letters to send."""
