"""The ways to reach people on call: their addresses and secrets, sealed, and what a coordinator does with them."""
