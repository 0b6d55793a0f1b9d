"""A complete service to try: throw-away keys, made-up people, and an inbox that plays the clinician's pager."""
