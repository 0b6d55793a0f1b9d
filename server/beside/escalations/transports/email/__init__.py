"""E-mail, by the relay that the operator set."""
