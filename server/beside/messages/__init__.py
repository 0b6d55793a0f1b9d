"""What people say: sending, editing, hiding, and reading it back."""
