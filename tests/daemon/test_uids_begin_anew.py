"""A server whose UIDs begin anew, by another UIDVALIDITY or from a backup: what is new is read, what is old is not."""

import asyncio

import pytest
from daemon_desk import PASSWORD, mail, running
from servers.dovecot import FULL, Dovecot

CANNOT_MOVE = FULL.replace(" MOVE", "").replace(" UIDPLUS", "")


@pytest.fixture
def keeper(server):
    """A server that cannot move mails: they stay in the inbox, marked."""
    with Dovecot({"desk": PASSWORD}, CANNOT_MOVE, certificate=server.certificate) as started:
        yield started


UNLIMITED = "[limits]\nacks_unproven_per_hour = 100000\n"


def acks(relay):
    return [mail for mail in relay.accepted if mail.recipients[0].endswith("@bagarstugan.example")]


def numbered(first: int, many: int) -> list[bytes]:
    return [
        mail(f"Telefon {number} är svart.", sender=f"Eva <eva{number}@bagarstugan.example>", subject=f"Nr {number}")
        for number in range(first, first + many)
    ]


async def restarted(dovecot: Dovecot, change) -> None:
    """The server goes down, is changed, and comes back."""
    await asyncio.to_thread(dovecot.end)
    change()
    await asyncio.to_thread(dovecot.start)


@pytest.mark.parametrize("old", [40, pytest.param(1000, marks=pytest.mark.slow)])
async def test_another_uidvalidity(tmp_path, keeper, relay, old):
    relay.received.clear()
    async with running(tmp_path, keeper, relay, "desk", more=UNLIMITED) as daemon:
        daemon.deliver(*numbered(0, old))
        await daemon.settled(old, 120)
        assert len(acks(relay)) == old
        await restarted(keeper, lambda: keeper.count_anew("desk"))
        daemon.deliver(*numbered(old, 5))
        verdicts = await daemon.settled(2 * old + 5, 120)
        assert verdicts == {"ticket": old + 5, "duplicate": old}
        assert len(await daemon.tickets()) == min(1000, old + 5)
        assert len(acks(relay)) == old + 5, "nobody is acknowledged twice"


async def test_restored_from_yesterdays_backup(tmp_path, server, relay, user):
    relay.received.clear()
    with Dovecot({user: PASSWORD}, certificate=server.certificate) as dovecot:
        async with running(tmp_path / "desk", dovecot, relay, user) as daemon:
            daemon.deliver(*numbered(0, 3))
            await daemon.settled(3)
            await daemon.put_away("Handled", 3)
            dovecot.back_up(user, tmp_path / "backup")
            daemon.deliver(*numbered(3, 4))
            await daemon.settled(7)
            await daemon.put_away("Handled", 7)

            def go_back() -> None:
                dovecot.restore(user, tmp_path / "backup")
                dovecot.deliver(user, numbered(7, 2))

            await restarted(dovecot, go_back)
            verdicts = await daemon.settled(9)
            assert verdicts == {"ticket": 9}, "their UIDs were given before, to mails that the backup does not have"
            assert len(relay.accepted) == 9
            await daemon.put_away("Handled", 5)


async def test_a_second_start_keeps_what_the_uids_mean(tmp_path, server, relay, user):
    """What was found out at the restore holds over a restart, when UIDNEXT has long passed the old highest UID."""
    relay.received.clear()
    with Dovecot({user: PASSWORD}, certificate=server.certificate) as dovecot:
        dovecot.deliver(user, [])
        async with running(tmp_path / "desk", dovecot, relay, user) as daemon:
            await asyncio.sleep(0.5)
            dovecot.back_up(user, tmp_path / "backup")
            daemon.deliver(*numbered(0, 3))
            await daemon.settled(3)
            await daemon.put_away("Handled", 3)
            await restarted(dovecot, lambda: dovecot.restore(user, tmp_path / "backup"))
            daemon.deliver(*numbered(3, 1))
            await daemon.settled(4)
        dovecot.deliver(user, numbered(4, 6))
        async with running(tmp_path / "desk", dovecot, relay, user) as daemon:
            assert (await daemon.settled(10)) == {"ticket": 10}
