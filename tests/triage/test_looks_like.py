"""What only looks like a fact, by the shipped words: other places, obligations, stems, idioms, what was only tried."""

import pytest
from shipped_rules import facts_of


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Numret leder till förrådet, där ingen svarar.", False),
        ("It ends up at the old office, where nobody answers.", False),
        ("Det går til lageret, der ingen svarer.", False),
        ("Kunderna ringer huvudnumret, där ingen svarar.", True),
        ("Ingen svarar när man ringer hit.", True),
    ],
)
def test_nobody_answering_where_a_wrong_number_leads_is_no_outage(text: str, there: bool) -> None:
    assert bool(facts_of(text).places.phrases.get("{nobody-reaches}")) is there


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Felet måste vara avhjälpt före helgen.", "present"),
        ("The line has to be working again by Friday.", "present"),
        ("Felet är avhjälpt.", "solved"),
        ("Vi måste fakturera, men telefonen fungerar igen.", "solved"),
    ],
)
def test_what_must_be_solved_is_not_solved(text: str, state: str) -> None:
    assert facts_of(text).places.states == (state,)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Det sprakar verkligen.", "{not}"),
        ("Knappen är trasig.", "{not}"),
        ("Interna samtal är döda.", "{not}"),
        ("Det går inte alls.", "{everyone}"),
        ("Sidan är vit.", "{now}"),
        ("Jeg er sikker, for det er stille her.", "{past}"),
        ("Vi kunde höra dem.", "{public}"),
    ],
)
def test_a_stem_is_not_another_words(text: str, concept: str) -> None:
    assert not facts_of(text).places.phrases.get(concept)


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("Telefonerna är döda men kortläsaren går.", True),
        ("The door phone works, the handset does not.", True),
        ("Kortläsaren går inte.", False),
        ("Porttelefonen fungerar ej.", False),
    ],
)
def test_foreign_equipment_that_works_is_not_at_fault(text: str, works: bool) -> None:
    assert bool(facts_of(text).places.phrases.get("{foreign-works}")) is works


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("Montören hade med sig en testtelefon och den ringde.", False),
        ("Han hade med sig telefonen från förra jobbet.", True),
    ],
)
def test_what_was_brought_to_try_the_line_is_no_purchase(text: str, elsewhere: bool) -> None:
    assert ("elsewhere" in facts_of(text).places.facts["origin"]) is elsewhere


def test_a_talk_on_the_telephone_is_not_about_telephones() -> None:
    assert "hardware" not in facts_of("Ni sa på telefon att faxnumret var klart.").places.facts["topic"]
    assert "hardware" in facts_of("Telefonen är trasig.").places.facts["topic"]


def test_what_was_only_tried_is_no_confession() -> None:
    assert not facts_of("Vi har försökt ta bort hälsningen. Kan ni ångra det?").places.facts["doing"]
    assert "confessed" in facts_of("Jag har tagit bort hälsningen. Kan ni ångra det?").places.facts["doing"]
