"""Structured logs: for people, or as JSON lines. No secret goes in, and no control character of a mail comes out."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from supportbot.mail.clean import visible


def start_logs(form: Literal["text", "json"], level: str) -> None:
    """Set up structlog and the standard library's logging (libraries' warnings) on standard error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _escape,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(name)s: %(message)s")
    # aioimaplib logs whole commands at DEBUG, passwords among them (TH33).
    for name in ("aioimaplib", "aiosmtplib", "apscheduler", "mail.log"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _escape(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control characters and bidi marks made visible, line by line for tracebacks (TH26)."""
    for key, value in event.items():
        if isinstance(value, str):
            lines = value.split("\n") if key == "exception" else [value]
            event[key] = "\n".join(visible(line) for line in lines)
    return event
