"""A running test server -> the section of the config that points to it."""

from typing import Any

from supportbot.config import MailboxSection, SmtpSection


def mailbox(server: Any, user: str = "user 0", **settings: Any) -> MailboxSection:
    """The config of a mailbox on a Dovecot (over TLS) or a scripted server (plain)."""
    certificate = getattr(server, "certificate", None)
    values = {
        "name": "test",
        "host": server.host,
        "port": server.tls_port if certificate else server.port,
        "tls": "tls" if certificate else "none",
        "ca_file": certificate.ca_file if certificate else None,
        "user": user,
        "auth": {"password": {"env": "UNUSED"}},
        "timeout_seconds": 5,
    }
    return MailboxSection.model_validate(values | settings)


def relay_section(server: Any, **settings: Any) -> SmtpSection:
    """The config of a relay: TLS as the sink has it, and a short wait for each reply."""
    certificate = getattr(server, "certificate", None)
    values = {
        "host": server.host,
        "port": server.port,
        "tls": getattr(server, "tls", "none"),
        "ca_file": certificate.ca_file if certificate else None,
        "timeout_seconds": 1,
        "final_reply_seconds": 1,
    }
    if getattr(server, "users", None):
        values |= {"user": next(iter(server.users)), "auth": {"password": {"env": "UNUSED"}}}
    return SmtpSection.model_validate(values | settings)
