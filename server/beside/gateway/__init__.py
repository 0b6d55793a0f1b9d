"""The doors: sockets and HTTP. What comes in becomes a verb; what happened goes out to everyone who may see it."""
