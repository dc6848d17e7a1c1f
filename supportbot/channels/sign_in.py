"""An auth section of the config -> the credential that a server is shown: a password, or tokens (XOAUTH2).

The trap: two sections with the same oauth2 share their tokens, or each would use up the refresh token of the other.
"""

import base64

from supportbot.channels.tokens import Tokens
from supportbot.config_values import Auth, OAuth2
from supportbot.errors import Denied

__all__ = ["Credential", "Credentials", "Tokens", "bearer_response", "refused_token"]

Credential = str | Tokens
"""A password, or where tokens come from."""


class Credentials:
    """The credentials of one config, each distinct oauth2 section with one Tokens."""

    def __init__(self) -> None:
        self._tokens: dict[OAuth2, Tokens] = {}

    def of(self, auth: Auth, where: str) -> Credential:
        """The credential of the section `where` ("smtp.auth"). Raises Invalid when its password is not there."""
        if auth.oauth2 is None:
            assert auth.password is not None
            return auth.password.read(f"{where}.password")
        return self._tokens.setdefault(auth.oauth2, Tokens(auth.oauth2, f"{where}.oauth2"))


def bearer_response(user: str, token: str) -> bytes:
    """The client's one response of XOAUTH2, as base64 (Google's and Microsoft's notes; RFC 7628 came later)."""
    return base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode())


def refused_token(where: str, user: str, tokens: Tokens) -> Denied:
    """What to tell when a server takes no fresh token: the endpoint is well, the rights are not."""
    what = f"{where}: signing in as {user!r} with a token of {tokens.endpoint} was refused."
    return Denied(what, f"Check user, and scope and rights of {tokens.where} (docs/operating.md).")
