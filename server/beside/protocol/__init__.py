"""The wire as data: every frame, request and answer, and the names of topics and codes. A leaf: it imports nothing of ours."""
