"""Authentication-Results of our own mail server -> how far the sender is proven (RFC 8601). Pure.

The traps: anybody can write such a field, so only the topmost one of the configured server counts, and only if that
server strips foreign ones; and `dmarc=pass` in a comment or a quoted string is nobody's result, so it is truly read.
"""

import re
from dataclasses import dataclass

from supportbot.mail.message import Address, Authenticity, Headers

_LONGEST = 16_384
_LEXEME = re.compile(r'"((?:[^"\\]|\\.)*)"|([;=/])|[^\s;=/"()]+|\s+', re.DOTALL)
_BARE_LEXEME = re.compile(r"[=/]|[^\s=/]+")
_BAD = frozenset({"fail", "softfail", "hardfail", "permerror"})


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    about: str
    """The domain that the result is about, lower case; "" where the field does not say."""


def judge(headers: Headers, sender: Address | None, authserv_id: str | None) -> Authenticity:
    """What `authserv_id` found about the domain of From; "unknown" without a sender or a server that we believe."""
    if sender is None or not authserv_id:
        return "unknown"
    statements = _own_statements(headers, authserv_id)
    policy = [one for one in _results(statements, "dmarc") if one.result in ("pass", "fail")]
    if policy:
        return _by_policy(policy, sender.domain)
    return _by_alignment(_results(statements, "spf", "dkim"), sender.domain)


def _by_policy(results: list[_Result], domain: str) -> Authenticity:
    """RFC 7489 §6.6.2: DMARC has weighed SPF and DKIM for that very domain."""
    if any(one.result == "fail" and one.about in ("", domain) for one in results):
        return "failed"
    return "verified" if any(one.result == "pass" and one.about == domain for one in results) else "unknown"


def _by_alignment(results: list[_Result], domain: str) -> Authenticity:
    """Without a DMARC result: one of SPF and DKIM proves the domain of From, or both fail for it."""
    if any(one.result == "pass" and _aligned(one.about, domain) for one in results):
        return "verified"
    about_it = [one for one in results if not one.about or _aligned(one.about, domain)]
    methods = {one.method for one in about_it if one.result in _BAD}
    return "failed" if {"spf", "dkim"} <= methods else "unknown"


def _aligned(one: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489 §3.1.1): equal, or one below the other and that no public suffix, as far as shape
    tells (no `se`, no `co.uk`)."""
    if one == other and one:
        return True
    upper, lower = sorted((one, other), key=len)
    labels = upper.split(".")
    public = len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and len(labels[0]) <= 3)
    return not public and lower.endswith("." + upper)


def _own_statements(headers: Headers, authserv_id: str) -> list[list[str]]:
    for value in headers.all("Authentication-Results"):
        statements = _statements(value)
        if statements and _names(statements[0], authserv_id):
            return statements[1:]
    return []


def _results(statements: list[list[str]], *methods: str) -> list[_Result]:
    told = [one for one in statements if one and one[0].strip().lower() in methods]
    return [result for statement in told if (result := _result(statement))]


def _names(statement: list[str], authserv_id: str) -> bool:
    """The first statement is the server's id, perhaps with a version; Microsoft's form starts with a result instead."""
    return "=" not in statement and bool(statement) and statement[0].strip().lower() == authserv_id.lower()


def _statements(value: str) -> list[list[str]]:
    """The lexemes between semicolons, comments dropped and quoted strings unquoted (one lexeme, never a sign)."""
    value = value[:_LONGEST]
    if '"' not in value and "(" not in value and ")" not in value:
        return [_BARE_LEXEME.findall(statement) for statement in value.split(";")]
    statements: list[list[str]] = [[]]
    at = depth = 0
    while at < len(value):
        sign = value[at]
        if sign in "()" or depth:
            depth = max(0, depth + (sign == "(") - (sign == ")"))
            at += 2 if sign == "\\" else 1
            continue
        lexeme = _LEXEME.match(value, at)
        if lexeme is None:
            at += 1
            continue
        at = lexeme.end()
        if lexeme[0].isspace():
            continue
        if lexeme[0] == ";":
            statements.append([])
        elif lexeme[1] is not None:
            statements[-1].append(f" {lexeme[1]}")  # the blank keeps a quoted sign from being one
        else:
            statements[-1].append(lexeme[0])
    return statements


_ABOUT = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.mail")}


def _result(statement: list[str]) -> _Result | None:
    """`method [/version] = result [reason = …] [ptype.property = …]` (RFC 8601 §2.2)."""
    words = [word.strip() if word.startswith(" ") else word for word in statement]
    signs = [at for at, word in enumerate(statement) if word == "="]
    if not signs or signs[0] not in (1, 3) or (signs[0] == 3 and statement[1] != "/"):
        return None
    pairs = [(words[at - 1].lower(), words[at + 1].lower()) for at in signs if 0 < at < len(words) - 1]
    if not pairs:
        return None
    method = words[0].lower()
    properties = dict(reversed(pairs[1:]))
    about = next((properties[name] for name in _ABOUT.get(method, ()) if name in properties), "")
    return _Result(method, pairs[0][1], about.rpartition("@")[2].strip("<>.[] "))
