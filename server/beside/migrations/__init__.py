"""Alembic without an ini file. Each revision is one sentence."""
