"""Who is connected, and who is on shift: hints that are never in the database and may be lost without harm."""
