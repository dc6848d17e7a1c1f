"""Machines that answer whatever they are sent, facing the daemon for a day (TH9; R1-R8, R18): at most 2 mails a pair.

Real mails over a real relay: whatever the sink accepts for a robot is answered at once into the desk's mailbox. The day
is made of hours that pass on the daemon's clock alone.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import count

import pytest
from daemon_desk import ADDRESS, Daemon, body, mail, make_desk, parsed, running
from servers.smtp_sink import Received, SmtpSink

pytestmark = pytest.mark.slow

MOST = 2
"""Mails from us to one robot in a day."""
HOURS = 24
_numbers = count(1)


def auto_reply(to_us: Received) -> bytes:
    """A well-behaved one."""
    return _answer(to_us, "Autosvar: Tack", "Vi har fått ditt mail.", Auto_Submitted="auto-replied")


def bare_reply(to_us: Received) -> bytes:
    """Tells nothing of being a machine, and refers to nothing."""
    return _answer(
        to_us, "Tack för ditt mejl", f"Hej! Vi hjälper dig inom {next(_numbers)} timmar.\n\nMvh Växelgruppen"
    )


def absence(to_us: Received) -> bytes:
    return _answer(to_us, "Frånvaro", "Jag är på semester till den 14 juli och läser inte min mejl.", bound=True)


def ticket_system(to_us: Received) -> bytes:
    """Each answer is a case of its own, with a subject of its own."""
    number = next(_numbers)
    text = f"Telefonen: ärende {number} är skapat. Vi återkommer. Fel i telefonin har ärendenummer {number}."
    return _answer(to_us, f"Ärende {number} har skapats", text)


def urgent_system(to_us: Received) -> bytes:
    """What it always says is an urgent fault to our rules."""
    return _answer(to_us, f"Ärende {next(_numbers)}", "Ingen kan ringa oss, huvudnumret är helt dött sedan i morse.")


def echo(to_us: Received) -> bytes:
    """Sends our own text back under our subject, as broken forwarding does."""
    return _answer(to_us, parsed(to_us)["Subject"], body(to_us), bound=True)


def bounce(to_us: Received) -> bytes:
    """A mail server that takes it, then sends it back from nobody."""
    (address,) = to_us.recipients
    original = to_us.content.decode("ascii", "replace").partition("\r\n\r\n")[0]
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to_us.return_path or ADDRESS}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b{next(_numbers)}@mx.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {address}\r\nAction: failed\r\n"
        f"Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n\r\n--b--\r\n"
    ).encode()


def bare_bounce(to_us: Received) -> bytes:
    """One in words only, and not even from nobody."""
    return _answer(to_us, "Undeliverable", "Mail delivery failed: the address does not exist.")


ROBOTS: tuple[Callable[[Received], bytes], ...] = (
    auto_reply, bare_reply, absence, ticket_system, urgent_system, echo, bounce, bare_bounce,
)  # fmt: skip


def _answer(to_us: Received, subject: str, text: str, bound: bool = False, **headers: str) -> bytes:
    """A mail back to the desk; `bound`: in the thread of ours."""
    (address,) = to_us.recipients
    if bound:
        ours = parsed(to_us)["Message-ID"]
        headers |= {"In_Reply_To": ours, "References": ours}
    return mail(text, address, subject, f"<r{next(_numbers)}@robot.example>", **headers)


class Post:
    """Carries what a relay has accepted to whom it is for, until nothing more comes."""

    def __init__(self) -> None:
        self.carried: Counter[int] = Counter()
        """Mails by the relay's port."""

    def carry(self, sink: SmtpSink, deliver: Callable[[Received], bool]) -> int:
        """How many of the mails that are new at this relay were delivered somewhere."""
        fresh = sink.accepted[self.carried[sink.port] :]
        self.carried[sink.port] += len(fresh)
        return sum(deliver(received) for received in fresh)


@pytest.mark.parametrize("domain", ["bagarstugan.example", "okand.example"], ids=["customer", "stranger"])
async def test_robots_end_the_talk(tmp_path, server, relay, user, domain):
    relay.received.clear()
    robots = {f"kollega{number}@{domain}": robot for number, robot in enumerate(ROBOTS)}
    post, arrived = Post(), len(robots)
    async with running(tmp_path, server, relay, user) as daemon:
        daemon.deliver(*(mail(f"Hej! Telefon {n} i köket är svart.", to) for n, to in enumerate(robots)))

        def deliver(received: Received) -> bool:
            robot = robots.get(received.recipients[0])
            if robot:
                daemon.deliver(robot(received))
            return robot is not None

        daemon.clock.ahead = timedelta()
        for _ in range(HOURS):
            while True:
                await daemon.settled(arrived)
                answers = post.carry(relay, deliver)
                if not answers:
                    break
                arrived += answers
                assert arrived < 20 * len(robots), told(relay, robots)
            daemon.clock.ahead += timedelta(hours=1)
    print(told(relay, robots))
    assert set(told(relay, robots)) == set(robots)
    assert max(told(relay, robots).values()) <= MOST, told(relay, robots)


def told(relay: SmtpSink, robots) -> Counter[str]:
    return Counter(one.recipients[0] for one in relay.accepted if one.recipients[0] in robots)


async def test_two_supportbots_end_the_talk(tmp_path, server, user):
    """Each is the other's customer and partner, and the relay of the one delivers to the other."""
    addresses = [ADDRESS, "felanmalan@sydtele.example"]
    users, post = [f"{user}", "desk59"], Post()
    async with AsyncExitStack() as stack:
        daemons: list[Daemon] = []
        for number, (address, box) in enumerate(zip(addresses, users, strict=True)):
            certificate = server.certificate
            sink = stack.enter_context(SmtpSink(users={"desk": "geheim"}, tls="starttls", certificate=certificate))
            folder = tmp_path / f"desk{number}"
            folder.mkdir()
            await make_desk(folder, server, sink, box)
            config = folder / "config.toml"
            config.write_text(config.read_text().replace(f'address = "{ADDRESS}"', f'address = "{address}"'))
            daemons.append(await stack.enter_async_context(running(folder, server, sink, box)))
        kick = "Hej! En av våra telefoner tappar ljudet."
        daemons[0].deliver(
            mail(kick, "Moa <moa@havetsforlag.example>"),  # goes to the partner, which is the other
            mail("Hej! Telefonen i köket är svart.", addresses[1]),  # as if the other had written
        )
        daemons[1].deliver(mail("Hej! Telefonen i hallen är svart.", addresses[0]))
        arrived = [2, 1]

        def deliver(received: Received) -> bool:
            (to,) = received.recipients
            if to not in addresses:
                return False
            at = addresses.index(to)
            daemons[at].deliver(f"Return-Path: <{received.return_path}>\r\n".encode() + received.content)
            arrived[at] += 1
            return True

        for daemon in daemons:
            daemon.clock.ahead = timedelta()
        for _ in range(HOURS):
            while True:
                await asyncio.gather(*(d.settled(n) for d, n in zip(daemons, arrived, strict=True)))
                if not sum(post.carry(daemon.sink, deliver) for daemon in daemons):
                    break
                assert sum(arrived) < 20
            for daemon in daemons:
                daemon.clock.ahead += timedelta(hours=1)
        assert arrived[0] - 2 <= MOST, [one.recipients for one in daemons[1].sink.accepted]
        assert 1 <= arrived[1] - 1 <= MOST, [one.recipients for one in daemons[0].sink.accepted]
