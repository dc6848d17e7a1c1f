"""Which devices a text names, and what is on record of them; the facts that partners want."""

import pytest

from supportbot.triage.devices import DeviceSighting, devices_at_fault
from supportbot.triage.found import found
from supportbot.triage.registry import Customer, Device, Model, Registry, number_range

REGISTRY = Registry(
    customers=[Customer("K1", "Lyktan AB", "", phone_numbers=(number_range("+46406280400-+46406280409"),))],
    devices=[
        Device("K1", "Yealink", "T54W", "80:5E:C0:AA:BB:01", "31460001"),
        Device("K1", "Yealink", "T46U", "80:5E:C0:AA:BB:02", "31460002", False, "no"),
        Device("K1", "Snom", "D735", "00:04:13:AA:BB:03", "SN31460003", True, "no"),
        Device("K1", "Jabra", "Engage 65", "", "JE0004", True, "not_applicable"),
        Device("K2", "Snom", "D785", "00:04:13:AA:BB:05", "SN31460005"),
    ],
    models=[
        Model("Yealink", "T54W", "desk_phone", True, True),
        Model("Yealink", "T46U", "desk_phone", True, True),
        Model("Yealink", "T31P", "desk_phone", False, True),
        Model("Snom", "D735", "desk_phone", True, True),
        Model("Snom", "D785", "desk_phone", True, True),
        Model("Jabra", "Engage 65", "headset", True),
        Model("Poly", "Edge E350", "desk_phone", True, True),
        Model("Cisco", "SPA504G", "desk_phone", False, True),
    ],
)


def only(text: str) -> DeviceSighting:
    (one,) = devices_at_fault(REGISTRY, "K1", text)
    assert text[one.start : one.end] == one.words
    return one


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("MAC 80 5E C0 AA BB 02 blinkar", "T46U"),
        ("mac 80-5e-c0-aa-bb-02", "T46U"),
        ("lappen: 805ec0aabb02.", "T46U"),
        ("805e.c0aa.bb02 är död", "T46U"),
        ("serienr 31460002 är död", "T46U"),
        ("SN31460003 är död", "D735"),
        ("T46:an är död", "T46U"),
        ("min t46u startar inte", "T46U"),
        ("På baksidan står det SIP-T46U", "T46U"),
        ("Label says SIP T46U", "T46U"),
        ("Yealink-telefonen T46 är död", "T46U"),
        ("Snomen är död", "D735"),
        ("SNOM-TELEFONEN ÄR DÖD", "D735"),
        ("Snommen bortom hyveln", "D735"),
        ("mitt Jabra piper", "Engage 65"),
        ("mitt jabraheadset piper", "Engage 65"),
        ("Engage65 piper i headsetet", "Engage 65"),
    ],
)
def test_a_device_of_the_customer_is_found(text: str, model: str) -> None:
    one = only(text)
    assert one.device is not None
    assert (one.model, one.approved) == (model, True)
    assert one.row == one.device.row


def test_records_travel_along() -> None:
    one = only("T46U:n är död")
    assert (one.purchased, one.provisioned, one.kind) == (False, "no", "desk_phone")


@pytest.mark.parametrize(
    ("text", "vendor", "approved"),
    [
        ("en SPA504 från auktion", "Cisco", False),
        ("den gråa ciscon i kassan", "Cisco", False),
        ("Ciscos telefon är tyst", "Cisco", False),
        ("min Cisco 8841 är tyst", "Cisco", False),
        ("min Yealink T31P är tyst", "Yealink", False),
        ("min Yealink T58 är tyst", "Yealink", False),
        ("vår Panasonic KX-TGP600 piper", "Panasonic", False),
        ("ett Logitech H570e brusar", "Logitech", False),
        ("gigasetbasen har lagt av", "Gigaset", False),
        ("en Konftel i sammanträdesrummet", "Konftel", False),
        ("min E350 från Poly knastrar", "Poly", True),
        ("yealinken är tyst", "Yealink", None),
        ("Yelink-telefonen är tyst", "Yealink", None),
        ("Polyn är tyst", "Poly", None),
    ],
)
def test_other_devices_are_judged_by_the_list(text: str, vendor: str, approved: bool | None) -> None:
    one = only(text)
    assert (one.vendor, one.approved, one.device) == (vendor, approved, None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Porttelefonen ringer inte", "door_phone"),
        ("the door phone is dead", "door_phone"),
        ("Faxen spottar tomma sidor", "fax"),
        ("vår gamla Brother spottar", "fax"),
    ],
)
def test_equipment_outside_the_service(text: str, kind: str) -> None:
    one = only(text)
    assert (one.kind, one.approved) == (kind, False)


@pytest.mark.parametrize(
    "text",
    [
        "Vi sitter i rum T30 och avdelning C520.",
        "Fakturan på 8800 kr och 8841 ankomster.",
        "Cisco-switchen är ny.",
        "routern är en Cisco",
        "My brother called, Doro and Kirk too.",
        "Vi var i kirken i går.",
        "Faxnumret ska bort, vi har virtuell fax.",
        "Personnumret 198112189876 och order 123456789012.",
        "We speak 10 languages and engage 50 people.",
        "polyester och politik",
    ],
)
def test_what_is_no_device(text: str) -> None:
    assert devices_at_fault(REGISTRY, "K1", text) == ()


def test_a_make_of_which_the_customer_has_several_is_no_one_device() -> None:
    one = only("en av våra Yealink är tyst")
    assert (one.device, one.purchased, one.provisioned) == (None, None, None)


def test_a_mac_of_another_customer_keeps_its_record() -> None:
    one = only("00:04:13:aa:bb:05 startar om")
    assert one.device is not None
    assert one.device.customer_id == "K2"


def test_several_devices_come_in_the_order_of_the_text() -> None:
    seen = devices_at_fault(REGISTRY, "K1", "Snom D735 funkar, men T54W:n och Jabra-headsetet är döda.")
    assert [one.model for one in seen] == ["D735", "T54W", "Engage 65"]


def test_the_device_is_a_fact() -> None:
    text = "Snomen är tyst"
    facts = found(REGISTRY, "K1", text, "", devices_at_fault(REGISTRY, "K1", text))
    assert facts == {"device_model": "Snom D735 00:04:13:AA:BB:03"}
