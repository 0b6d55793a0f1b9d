"""An alert that cannot fail quietly: from the commit that raises it, it keeps moving until a named person acts on it."""
