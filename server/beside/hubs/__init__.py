"""Tenants: one organisation or one local network, with its policy and opening hours."""
