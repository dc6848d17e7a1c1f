"""A CA file (or none) -> the TLS context for one outside system; a failed handshake -> words for the operator.

The trap: there is no way here to go on without checking the certificate; a server with one of its own needs `ca_file`.
"""

import ssl
from pathlib import Path

from supportbot.errors import Denied


def context(ca_file: Path | None) -> ssl.SSLContext:
    """A client context that checks chain and host name, against `ca_file` alone or the system's authorities.

    Raises Denied when the file cannot be read as certificates.
    """
    try:
        return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except OSError as error:  # ssl.SSLError is one too
        what = f"ca_file {ca_file} cannot be read as PEM certificates ({error})."
        raise Denied(what, "Name a file of certificates, or remove ca_file.") from None


def refused(where: str, error: ssl.SSLError) -> Denied:
    """The failed handshake with the server at `where`, for the operator."""
    what, mend = in_words(error)
    return Denied(f"{where}: {what}", mend)


def in_words(error: ssl.SSLError) -> tuple[str, str]:
    """What a failed handshake means for the operator, and its mend."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}.", "Check host, or set ca_file."
    if error.reason in ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
        return "it does not speak TLS on this port.", "Check port and tls."
    return f"the TLS handshake failed ({error.reason or error}).", "Check host, port and tls."
