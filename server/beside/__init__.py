"""Beside: digital peer support chat."""

__version__ = "0.1.0"
