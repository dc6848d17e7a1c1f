"""The bytes of a mail -> ParsedMail. Pure.

Never raises, whatever the bytes: what cannot be read is said in `oddities`, and a person sees it. The trap: what a mail
says of itself is not what it is; the sender is None unless From holds exactly one plain address, and nothing here
believes it (`authenticity` says how far that is proven).
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from supportbot.mail import authenticity, automatic, language, newtext, thread
from supportbot.mail.addresses import addresses, one_address, plain_address, pretence, remarks
from supportbot.mail.body import Body, read_body
from supportbot.mail.charsets import decode
from supportbot.mail.clean import clean_line, clean_text
from supportbot.mail.dates import read_date
from supportbot.mail.encoded import decode_words
from supportbot.mail.ids import read_id, read_ids
from supportbot.mail.message import Address, Desk, FailedRecipient, Forwarded, Headers, ParsedMail, Part
from supportbot.mail.mime import read_tree

MOST_ODDITIES = 30
_DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_LONGEST_SAMPLE = 4000
_NO_WORD = re.compile(r"\S{60,}")
_Result = TypeVar("_Result")


def parse(content: bytes, desk: Desk = Desk()) -> ParsedMail:
    """What a person would see in the mail, and what its headers say. Raises nothing but MemoryError."""
    try:
        return _parse(content, desk)
    except MemoryError:
        raise
    except Exception as error:
        text = clean_text(decode(content[:100_000], None)[0])
        why = f"the mail could not be taken apart ({type(error).__name__}), it is shown as it came"
        return ParsedMail(text=text, new_text=text, oddities=(why,), suspicious="The mail could not be read.")


def _parse(content: bytes, desk: Desk) -> ParsedMail:
    root, noticed = read_tree(content)
    oddities = list(noticed)
    headers = root.headers
    body = read_body(root)
    oddities += body.oddities
    mail = _with_headers(headers, oddities)
    mail = _with_texts(mail, body, oddities)
    mail = _with_judgements(mail, root, desk, oddities)
    return replace(
        mail,
        attachments=tuple(body.files),
        suspicious=pretence(headers.all("From")) or _unreadable(content, headers, mail.text),
        oddities=tuple(clean_line(oddity) for oddity in dict.fromkeys(oddities))[:MOST_ODDITIES],
    )


def _with_headers(headers: Headers, oddities: list[str]) -> ParsedMail:
    sender = one_address(headers.all("From"))
    if sender is None:
        oddities.append("From is not one plain address" if headers.get("From") else "no From")
    else:
        oddities += remarks(sender)
    date = read_date(headers.get("Date"))
    if date is None and headers.get("Date"):
        oddities.append("unreadable Date")
    return ParsedMail(
        subject=clean_line(decode_words(headers.get("Subject") or "")),
        date=date,
        sender=sender,
        sender_shown=clean_line(decode_words(", ".join(headers.all("From")))),
        reply_to=one_address(headers.all("Reply-To")),
        to=_recipients(headers, "To"),
        cc=_recipients(headers, "Cc"),
        return_path=_return_path(headers.get("Return-Path")),
        message_id=read_id(headers.get("Message-ID")),
        in_reply_to=read_ids(headers.all("In-Reply-To")),
        references=read_ids(headers.all("References")),
    )


def _recipients(headers: Headers, name: str) -> tuple[Address, ...]:
    return tuple(address for value in headers.all(name) for address in addresses(value))


def _return_path(value: str | None) -> str | None:
    """RFC 5321 §4.4: `<>` is the null path of a mail that must not be answered."""
    if value is None:
        return None
    bare = value.strip().removeprefix("<").removesuffix(">").strip()
    return "" if not bare else plain_address(bare)


def _with_texts(mail: ParsedMail, body: Body, oddities: list[str]) -> ParsedMail:
    whole = body.plain if body.plain is not None else ""
    split = _tried(oddities, "quotes and signature", newtext.split, body.plain, body.html)
    if split is None:
        return replace(mail, text=whole, new_text=whole)
    forwarded = split.forwarded or (_attached(body.mails[0]) if body.mails else None)
    text, new_text = clean_text(split.text), clean_text(split.new_text)
    if not text.strip() and forwarded is not None:  # nothing but an attached mail: that is what is meant
        new_text = clean_text(forwarded.text)
    return replace(
        mail,
        text=text,
        new_text=new_text,
        quoted=clean_text(split.quoted),
        signature=clean_text(split.signature),
        forwarded=forwarded and _cleaned(forwarded),
    )


def _attached(root: Part) -> Forwarded:
    """A mail that hangs on this one, read like any other."""
    body = read_body(root)
    split = newtext.split(body.plain, body.html)
    headers = root.headers
    return Forwarded(
        sender=decode_words(headers.get("From") or ""),
        subject=decode_words(headers.get("Subject") or ""),
        date=headers.get("Date") or "",
        text=split.text,
    )


def _cleaned(forwarded: Forwarded) -> Forwarded:
    return Forwarded(
        sender=clean_line(forwarded.sender),
        subject=clean_line(forwarded.subject),
        date=clean_line(forwarded.date),
        text=clean_text(forwarded.text),
    )


def _with_judgements(mail: ParsedMail, root: Part, desk: Desk, oddities: list[str]) -> ParsedMail:
    """Nature, proof of the sender, language and tokens: what other files of this room know."""
    headers = root.headers
    judged = _tried(oddities, "automatic mail", automatic.judge, root, mail.sender, mail.subject, mail.text, desk)
    if judged is not None:
        mail = replace(
            mail,
            nature=judged.nature,
            nature_because=clean_line(judged.because),
            no_answer=clean_line(judged.no_answer),
            failed=tuple(_cleaned_recipient(recipient) for recipient in judged.failed),
            returned_ids=tuple(clean_line(identity, 998) for identity in judged.returned_ids),
        )
    recipients = [address.address for address in (*mail.to, *mail.cc)]
    recipients += [address.address for name in _DELIVERED for address in _recipients(headers, name)]
    return replace(
        mail,
        no_answer=mail.no_answer if judged is not None else "It could not be judged whether a machine wrote this.",
        tokens=_tried(oddities, "tokens", thread.find_tokens, mail.subject, recipients) or (),
        authenticity=_tried(oddities, "proof of the sender", authenticity.judge, headers, mail.sender, desk.authserv_id)
        or "unknown",
        language=_tried(oddities, "language", language.detect, _sample(mail.new_text or mail.subject)) or "other",
    )


def _sample(text: str) -> str:
    """Enough to tell a language by, without what is no word of any (and slow to search)."""
    return _NO_WORD.sub(" ", text[:_LONGEST_SAMPLE])


def _cleaned_recipient(recipient: FailedRecipient) -> FailedRecipient:
    return replace(
        recipient,
        address=clean_line(recipient.address),
        status=clean_line(recipient.status),
        diagnostic=clean_line(recipient.diagnostic, 500),
    )


def _tried(oddities: list[str], what: str, reader: Callable[..., _Result], *given: object) -> _Result | None:
    """One reader's answer; None, and an oddity that says so, where it failed: the others' answers still count."""
    try:
        return reader(*given)
    except MemoryError:
        raise
    except Exception as error:
        oddities.append(f"could not be judged: {what} ({type(error).__name__})")
        return None


def _unreadable(content: bytes, headers: Headers, text: str) -> str:
    """Nothing that a person could work with: no header at all, and no text, or bytes that are none."""
    if headers.fields:
        return ""
    beginning = content[:4096]
    controls = sum(byte < 9 or 13 < byte < 32 for byte in beginning)
    if not text.strip() or controls * 20 > len(beginning):
        return "Nothing in this mail can be read."
    return ""
