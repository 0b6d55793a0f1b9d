"""One-to-one, group and lounge: opening, joining, leaving, closing, who may come in, and the log that everything is written to."""
