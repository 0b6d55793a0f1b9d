"""What is counted, for Prometheus. Labels are fixed words, never ids: numbers about the service, none about a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

ANSWERS = Counter("beside_http_answers_total", "HTTP answers by door and status.", ("method", "route", "status"), registry=REGISTRY)
SOCKETS = Gauge("beside_sockets", "Open sockets on this node.", registry=REGISTRY)
LOGS = Gauge("beside_live_logs", "Conversation logs this node serves.", registry=REGISTRY)
REFUSED = Counter("beside_refused_frames_total", "Socket frames refused, by code.", ("code",), registry=REGISTRY)
SENT = Counter("beside_messages_total", "Messages stored by this node.", registry=REGISTRY)
PAGES = Counter("beside_page_attempts_total", "Attempts to reach somebody on call, by outcome.", ("outcome",), registry=REGISTRY)
ALARMS = Counter("beside_alarms_total", "Things that need a person to look, by kind.", ("kind",), registry=REGISTRY)
PAGE_DELAY = Histogram(
    "beside_page_delay_seconds", "From the commit that raised an escalation to the first attempt.", buckets=(0.1, 0.25, 0.5, 1, 2, 5, 15, 60), registry=REGISTRY
)
