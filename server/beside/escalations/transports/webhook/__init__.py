"""Any receiver that understands Standard Webhooks."""
