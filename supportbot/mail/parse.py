"""The bytes of a mail -> ParsedMail. Pure.

Never raises, whatever the bytes: what cannot be read is said in `oddities`, and a person sees it. The trap: what a mail
says of itself is not what it is; the sender is None unless From holds exactly one plain address, and nothing here
believes it (`authenticity` says how far that is proven).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from supportbot.mail import authenticity, automatic, language, newtext, taken_up, thread
from supportbot.mail.addresses import addresses, one_address, plain_address, pretence, remarks
from supportbot.mail.body import Body, read_body
from supportbot.mail.bounces import is_daemon
from supportbot.mail.charsets import decode
from supportbot.mail.clean import clean_line, clean_text
from supportbot.mail.dates import read_date
from supportbot.mail.encoded import decode_words
from supportbot.mail.ids import read_id, read_ids
from supportbot.mail.message import Address, Desk, Forwarded, Headers, ParsedMail, Part
from supportbot.mail.mime import read_tree

MOST_ODDITIES = 30
MOST_ATTACHED = 5
"""Mails that hang on one mail, and are read."""
MOST_INSIDE = 3
"""How deep mails that hang on those are read, too."""
_UNJUDGED = automatic.Judgement(no_answer="It could not be judged whether a machine wrote this.")
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
    body = read_body(root)
    oddities = [*noticed, *body.oddities]
    headers = root.headers
    subject = clean_line(decode_words(headers.get("Subject") or ""))
    shown = clean_line(decode_words(", ".join(headers.all("From"))))
    sender = _sender(headers, oddities)
    date = read_date(headers.get("Date"))
    if date is None and headers.get("Date"):
        oddities.append("unreadable Date")
    to, cc = _recipients(headers, "To"), _recipients(headers, "Cc")
    split = _texts(body, taken_up.Known(shown, desk.addresses, subject, _opens(root, sender, subject)), oddities)
    said = f"{split.new_text}\n{split.signature}"
    judged = _tried(oddities, "automatic mail", automatic.judge, root, sender, subject, split.text, said, desk)
    judged = judged or _UNJUDGED
    tokens = _tried(oddities, "tokens", thread.find_tokens, subject, _places(headers, (*to, *cc))) or ()
    proven = _tried(oddities, "proof of the sender", authenticity.judge, headers, sender, desk.authserv_id)
    spoken = _tried(oddities, "language", language.detect, _spoken(split.new_text), subject)
    return ParsedMail(
        subject=subject,
        date=date,
        sender=sender,
        sender_shown=shown,
        reply_to=one_address(headers.all("Reply-To")),
        to=to,
        cc=cc,
        return_path=_return_path(headers.get("Return-Path")),
        message_id=read_id(headers.get("Message-ID")),
        in_reply_to=read_ids(headers.all("In-Reply-To")),
        references=read_ids(headers.all("References")),
        text=split.text,
        new_text=split.new_text,
        quoted=split.quoted,
        signature=split.signature,
        forwarded=split.forwarded,
        attachments=tuple(body.files),
        nature=judged.nature,
        nature_because=clean_line(judged.because),
        no_answer=clean_line(judged.no_answer),
        failed=judged.failed,
        returned_ids=judged.returned_ids,
        tokens=tokens,
        authenticity=proven or "unknown",
        language=spoken or "other",
        oddities=tuple(clean_line(oddity) for oddity in dict.fromkeys(oddities))[:MOST_ODDITIES],
        suspicious=pretence(headers.all("From")) or _unreadable(content, headers, split.text),
    )


def _opens(root: Part, sender: Address | None, subject: str) -> bool:
    """Whether it is a person's first mail, by its headers: below it nothing of an earlier one is expected."""
    names = root.headers.names()
    if "from" not in names or not names.isdisjoint(("in-reply-to", "references", "auto-submitted")):
        return False
    return taken_up.opens(subject) and not is_daemon(root, sender)


def _sender(headers: Headers, oddities: list[str]) -> Address | None:
    sender = one_address(headers.all("From"))
    if sender is None:
        oddities.append("From is not one plain address" if headers.get("From") else "no From")
    else:
        oddities += remarks(sender)
    return sender


def _recipients(headers: Headers, name: str) -> tuple[Address, ...]:
    return tuple(address for value in headers.all(name) for address in addresses(value))


def _return_path(value: str | None) -> str | None:
    """RFC 5321 §4.4: `<>` is the null path of a mail that must not be answered."""
    if value is None:
        return None
    bare = value.strip().removeprefix("<").removesuffix(">").strip()
    return "" if not bare else plain_address(bare)


def _texts(body: Body, known: taken_up.Known, oddities: list[str]) -> newtext.Split:
    """The body taken apart; `forwarded` also from a mail that hangs on this one."""
    split = _tried(oddities, "quotes and signature", _split, body, known)
    if split is None:
        return newtext.Split(body.plain or "", body.plain or "")
    if split.forwarded:
        return replace(split, forwarded=_cleaned(split.forwarded))
    if not body.mails:
        return split
    meant = taken_up.attached_is_meant(split.new_text, known)
    attached = [_attached(root) for root in body.mails[: MOST_ATTACHED if meant else 1]]
    said = [one.said for one in attached] if meant else []
    new_text = newtext.one_below_the_other(split.new_text, *said)
    return replace(split, new_text=new_text, forwarded=_cleaned(attached[0].mail))


def _split(body: Body, known: taken_up.Known) -> newtext.Split:
    if body.differs:
        plain, rich = newtext.split_source(body.plain, None, known), newtext.split_source(None, body.html, known)
        return newtext.both(plain, rich)
    return newtext.split_source(body.plain, body.html, known)


@dataclass(frozen=True, slots=True)
class _Attached:
    """A mail that hangs on another: what is shown of it, and what it says without the exchange below it."""

    mail: Forwarded
    said: str


def _attached(root: Part, depth: int = 0) -> _Attached:
    """Read like any other, with those that hang on it where they are what it is about."""
    body = read_body(root)
    headers = root.headers
    subject = decode_words(headers.get("Subject") or "")
    known = taken_up.Known(sender=decode_words(headers.get("From") or ""), subject=subject)
    split = _split(body, known)
    inside = body.mails[:MOST_ATTACHED] if depth < MOST_INSIDE else []
    meant = split.forwarded is None and inside and taken_up.attached_is_meant(split.new_text, known)
    said = [_attached(one, depth + 1).said for one in inside] if meant else []
    mail = Forwarded(sender=known.sender, subject=subject, date=headers.get("Date") or "", text=split.text)
    return _Attached(mail, newtext.one_below_the_other(split.new_text, split.signature, *said))


def _cleaned(forwarded: Forwarded) -> Forwarded:
    return Forwarded(
        sender=clean_line(forwarded.sender),
        subject=clean_line(forwarded.subject),
        date=clean_line(forwarded.date),
        text=forwarded.text,
    )


def _places(headers: Headers, recipients: Iterable[Address]) -> list[str]:
    """Every address that the mail was sent or delivered to."""
    delivered = (address for name in thread.DELIVERED for address in _recipients(headers, name))
    return [address.address for address in (*recipients, *delivered)]


def _spoken(new_text: str) -> str:
    """The new text without what it quotes, which may be a program's: its language is the sender's."""
    if "\n>" not in new_text:
        return new_text
    return "\n".join(line for line in new_text.split("\n") if not line.startswith(">")).strip() or new_text


def _tried(oddities: list[str], what: str, reader: Callable[..., _Result], *given: object) -> _Result | None:
    """One reader's answer; None, and an oddity that says so, where it failed: the others' answers still count."""
    try:
        return reader(*given)
    except MemoryError:
        raise
    except Exception as error:
        oddities.insert(0, f"could not be judged: {what} ({type(error).__name__})")
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
