"""How letters go out: composed, then handed to the smarthost one recipient at a time."""
