"""The hub's escalation policy: who is called, how, how patiently, and what a peer is told to do meanwhile; every change of it a version."""
