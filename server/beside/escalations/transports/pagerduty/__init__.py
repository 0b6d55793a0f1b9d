"""PagerDuty: Events API v2 out, webhooks v3 in."""
