"""Logs are events with ids and numbers. Nothing a person wrote, no token, no name, no address: unknown fields are dropped, not printed."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "account",
        "actor",
        "conversation",
        "escalation",
        "finding",
        "in_hours",
        "report",
        "hub",
        "session",
        "job",
        "name",
        "node",
        "topic",
        "kind",
        "code",
        "status",
        "method",
        "route",
        "milliseconds",
        "attempts",
        "error",
        "where",
        "count",
        "seq",
        "rung",
        "channel",
        "problem",
        "port",
        "signal",
        "fact",
        "rows",
        "state",
        "what",
    }
)


def _only_allowed(_: Any, __: str, entry: MutableMapping[str, Any]) -> dict[str, Any]:
    """Keep the fields we know to be harmless. A traceback becomes places in our code, without its message (which may quote data)."""
    raised = entry.pop("exc_info", None)
    if isinstance(raised, BaseException):
        frames = reversed(traceback.extract_tb(raised.__traceback__)[-6:])
        entry["where"] = " < ".join(f"{f.filename.rsplit('/', 2)[-2]}/{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in frames)
        entry.setdefault("error", type(raised).__name__)
    return {key: value for key, value in entry.items() if key in ALLOWED}


def configure(*, as_json: bool, level: str = "info") -> None:
    """Send our events to stderr, one a line."""
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso"), _only_allowed, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s", stream=sys.stderr, force=True)  # libraries: that, not what


log: Any = structlog.get_logger()
