"""Prometheus' Alertmanager, for teams whose on-call runs from there."""
