"""The telling part of `make torture` that runs with the tests: killed at each place and at random, on each database."""

import pytest

from supportbot import failpoints
from supportbot.store import schema
from torture import faults, plan

pytestmark = pytest.mark.slow

KINDS = [pytest.param(kind, marks=pytest.mark.xdist_group(f"torture-{kind}")) for kind in plan.DATABASES]
PLACES = [*faults.AT_START, *faults.IN_A_BATCH, *faults.WITH_A_TIMER, *faults.BY_STAFF]
RANDOM_KILLS = 50
"""On each database."""


def test_every_step_of_the_schema_is_in_the_plan():
    assert len(list((schema.MIGRATIONS / "versions").glob("0*.py"))) == plan.STEPS


def test_every_place_is_in_the_plan():
    assert {*PLACES, "migrating"} == set(failpoints.NAMES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_at_each_place_loses_and_doubles_nothing(servers, tmp_path, kind):
    places = [place for place in PLACES if kind == "postgres" or place not in faults.ONLY_ON_POSTGRES]
    found = faults.kill_everywhere(places, kind, servers, tmp_path / "desk")
    assert not found.findings
    assert found.faults == len(places)


@pytest.mark.parametrize("kind", KINDS)
def test_kills_at_random_under_load_lose_and_double_nothing(servers, tmp_path, kind):
    found = faults.random_kills(kind, RANDOM_KILLS, "tests", servers, tmp_path / "desk")
    assert not found.findings
    assert found.mails > RANDOM_KILLS


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_at_each_step_of_the_schema_is_made_good(servers, tmp_path, kind):
    found = faults.schema_killed(kind, plan.STEPS, servers, tmp_path / "desk")
    assert not found.findings
    assert not found.missed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["raw-stored", "settled", "claimed", "accepted-ack", "commit"])
def test_what_fails_once_is_caught_up_with(servers, tmp_path, kind, place):
    found = faults.raise_at(place, kind, 1, servers, tmp_path / "desk")
    assert not found.findings
    assert not found.missed


@pytest.mark.xdist_group("torture-sqlite")
def test_of_many_daemons_on_one_file_one_works(servers, tmp_path):
    assert not faults.starts_at_once(8, servers, tmp_path / "desk").findings


@pytest.mark.xdist_group("torture-postgres")
def test_takeovers_lose_and_double_nothing(servers, tmp_path):
    found = faults.takeovers(3, servers, tmp_path / "desk")
    assert not found.findings
