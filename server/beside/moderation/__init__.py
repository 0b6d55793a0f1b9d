"""Reports by people, and what is done about them: each act explained to whom it concerns, undoable, and open to appeal."""
