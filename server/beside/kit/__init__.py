"""What every domain stands on, with no word of the domain in it."""
