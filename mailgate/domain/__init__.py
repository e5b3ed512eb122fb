"""Values and decisions: no socket, file, database, template, environment or clock in here."""
