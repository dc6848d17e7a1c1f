"""The oracle is itself tested: each defect that is put into the daemon is caught, and without it nothing is found."""

import pytest

from torture import mails, oracle
from torture.world import World, one_world

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture")]


def one_run(world: World, fault: str = "") -> None:
    world.deliver(*mails.one_of_each())
    if fault:
        world.start(fault)
        assert world.wait_for_death()
    world.start()
    world.rest(8)


def later_mails(world: World) -> None:
    one_run(world)
    world.deliver(mails.fault(), mails.fault())
    world.rest(5)


def refused_for_now(world: World) -> None:
    world.servers.sink.fail("content", "451 4.3.0 later", 2)
    one_run(world)


def refused_for_good(world: World) -> None:
    world.servers.sink.fail("content", "554 5.7.1 no", 2)
    one_run(world)


def two_daemons(world: World) -> None:
    world.servers.sink.fail("content", "slow")
    world.deliver(mails.fault())
    world.start()
    world.until(lambda: "DATA" in world.servers.sink.commands, 10, "a dialogue")
    second = world.spawn("run")
    second.join(4)
    world.rest(8)
    if second.is_alive():
        second.kill()
        second.join()


def machine_in_tokyo(world: World) -> None:
    world.deliver(mails.fault())
    world.start(zone="Asia/Tokyo")
    world.rest(8)
    world.until(lambda: oracle.due_at_the_desk(world), 10, "a digest's due time")


def killed(name: str):
    return lambda world: one_run(world, f"{name}:1:kill")


CAUGHT = {
    "acknowledged-before-commit": (killed("settled"), "phantom"),
    "moved-before-commit": (killed("fetched"), "lost"),
    "doubles-by-message-id": (one_run, "lost"),
    "sequence-numbers": (later_mails, "lost"),
    "unseen-only": (one_run, "lost"),
    "new-id-for-each-try": (refused_for_now, "phantom"),
    "no-lock": (two_daemons, "unexplained"),
    "refusals-are-tried-again": (refused_for_good, "unexplained"),
    "dropped-without-sender": (one_run, "lost"),
    "naive-local-time": (machine_in_tokyo, "disordered"),
    "trouble-in-reading-swallowed": (one_run, "lost"),
    "transaction-in-two": (killed("ticket-stored"), "doubled"),
}


@pytest.mark.parametrize("bug", CAUGHT)
def test_each_defect_is_caught(servers, tmp_path, bug):
    scenario, kind = CAUGHT[bug]
    servers.sink.commands.clear()
    with one_world(servers, tmp_path / "desk", "sqlite", bug=bug) as world:
        scenario(world)
        world.kill()
        report = oracle.judge(world)
    assert getattr(report, kind), report


@pytest.mark.parametrize(
    "scenario", [one_run, later_mails, refused_for_now, refused_for_good, two_daemons, machine_in_tokyo]
)
def test_nothing_is_found_where_nothing_is_wrong(servers, tmp_path, scenario):
    servers.sink.commands.clear()
    with one_world(servers, tmp_path / "desk", "sqlite") as world:
        scenario(world)
        assert world.stop() < 10
        report = oracle.judge(world)
    assert not report.findings, world.log()
    assert report.mails and report.sent
