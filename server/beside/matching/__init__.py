"""The waiting room: a fair line, and peers who say that they are ready for one person."""
