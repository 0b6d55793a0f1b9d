"""People, their sessions, their roles, and the one permission table."""
