"""The four files of a registry: what is read, every mistake that is told, and what an import changes."""

from pathlib import Path

import pytest

from supportbot.errors import Invalid, Problem
from supportbot.triage.cells import csv_rows
from supportbot.triage.registry import Customer, NumberRange, Registry, differences, read

SAMPLE = Path(__file__).parents[2] / "supportbot" / "demo" / "registry"
FILES = {path.name: path.read_text(encoding="utf-8") for path in SAMPLE.iterdir()}


def problems(**changed: str) -> list[str]:
    files = FILES | {name.replace("_", "."): text for name, text in changed.items()}
    with pytest.raises(Invalid) as caught:
        read(files)
    return [str(problem) for problem in caught.value.problems]


def customers(*replaced: tuple[str, str]) -> str:
    text = FILES["customers.csv"]
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_sample_registry_is_read() -> None:
    registry = read(FILES)
    assert len(registry.customers) == 10
    assert len(registry.partners) == 3
    assert len(registry.devices) == 16
    customer = registry.customer("D001")
    assert customer is not None
    assert customer.phone_numbers[0] == NumberRange("+46406280400", "+46406280409")
    assert registry.by_phone("+46406280405") == "D001"
    assert registry.by_phone("+46406280399") is None
    assert registry.by_domain("post.kallbackensmejeri.example") == ("D001",)
    assert registry.by_domain("brandel.example") == ("D007", "D008")


def test_a_byte_order_mark_is_accepted() -> None:
    assert len(read({name: "\ufeff" + text for name, text in FILES.items()}).customers) == 10


def test_semicolons_are_told_in_plain_words() -> None:
    told = problems(customers_csv=FILES["customers.csv"].replace(",", ";"))
    assert told == ["customers.csv:1: is separated by semicolons. Save it as CSV with commas (UTF-8)."]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("customers.csv", "", "customers.csv: is empty. Its first line names the columns: customer_id,name,"),
        ("customers.csv", FILES["customers.csv"] + 'D099,"Open', "is not valid CSV: a quoted cell does not end."),
        ("partners.toml", "[[partner]]\nid = NORR\n", "partners.toml:2: is not TOML: a value is missing"),
    ],
)
def test_references_into_a_file_that_cannot_be_read_are_not_told(file: str, text: str, told: str) -> None:
    (line,) = problems(**{file.replace(".", "_"): text})
    assert told in line


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("org_number,", "orgnumber,", 'customers.csv:1: "orgnumber" is not a column. Did you mean "org_number"?'),
        (",language\n", "\n", 'customers.csv:1: the column "language" is missing.'),
        ("D002,", "D001,", 'customer_id "D001" stands already at customers.csv:2 D001'),
        ("556901-2346", "556901-2347", "is no organisation number"),
        ("kallbackensmejeri.example", "gmail.com", "is a mail provider's domain"),
        ("kallbackensmejeri.example", "mejeri", '"mejeri" is no domain'),
        ("golv@brandel.example", "golv@", '"golv@" is no mail address'),
        ("golv@brandel.example", "verkstan@brandel.example", 'email "verkstan@brandel.example" stands already'),
        ("+46406280414-+46406280415", "0406280414", "is no telephone number in E.164"),
        ("+46406280414-+46406280415", "+46406280415-+46406280414", "ends before it begins"),
        ("+46406280414-+46406280415", "+46406280414-+46980319299", "overlaps +46406280414-+46980319299 at"),
        ("+46406280414-+46406280415", "+46406280409-+46406280409", "overlaps +46406280400-+46406280409 at"),
        (
            "partner,NORR",
            "partner,NORD",
            'partner_id "NORD" is in no [[partner]]. partners.toml has: GRON, LINK, NORR.',
        ),
        ("partner,NORR", "partner,", "purchase is partner, but partner_id is empty"),
        ("partner,NORR", "direct,NORR", 'purchase is direct, but partner_id is "NORR"'),
        ("partner,NORR", "partnr,NORR", 'purchase "partnr" is not known. Did you mean "partner"?'),
        ("2023-05-01", "1/5 2023", '"1/5 2023" is no date such as'),
        ("2023-03-01,2026-02-28", "2023-03-01,2022-02-28", "contract_end lies before contract_start"),
        ("2025-02-01,,0,", "2025-02-01,,tre,", '"tre" is no number of hours'),
        ("5.5,sv", "5.5,svenska", 'language "svenska" is not known. Known here: sv, en'),
        ("Snöripans Fjällstation", "Snöripan, Fjäll", "has 14 cells, not 13"),
    ],
)
def test_a_mistake_in_customers_is_told(old: str, new: str, told: str) -> None:
    found = problems(customers_csv=customers((old, new)))
    assert any(told in line for line in found)


MANY = "Blanks separate numbers: write each without any, and a range as +46846500400-+46846500403."


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("040-628 04 10", ['"040-628 04 10" {no}. Write +46406280410: blanks separate numbers.']),
        ("+46 40 628 04 10", ['"+46 40 628 04 10" {no}. Write +46406280410: blanks separate numbers.']),
        ("0406280410", ['"0406280410" {no}. Write +46406280410.']),
        ("46406280410", ['"46406280410" {no}. Write +46406280410.']),
        ("4.64063E+10", ['"4.64063E+10" {no}. {many}']),
        ("+46406280414 040-628 04 10 +46406280415", ['"040-628 04 10" {no}. Write +46406280410: blanks separate']),
        ("040-628 04 10 040-628 04 11", ['"040-628 04 10 040-628 04 11" {no}. {many}']),
        ("+46406280414 - +46406280415", ['"-" {no}. {many}']),
        ("+46406280414- +46406280415", ['"+46406280414-" {no}. {many}']),
        ("+46406280414 -+46406280415", ['"-+46406280415" {no}. {many}']),
        ("+46406280414-15", ['"+46406280414-15" {no}. {many}']),
        (
            "+46406280415-+46406280414 040-628 04 10",
            ['"+46406280415-+46406280414" is a range that ends before', '"040-628 04 10" {no}'],
        ),
        ("070-1 " * 40, [f'"{("070-1 " * 40)[:59]}…" {{no}}. {{many}}']),
    ],
)
def test_numbers_written_with_blanks_are_one_mistake(cell: str, told: list[str]) -> None:
    found = problems(customers_csv=customers(("+46406280414-+46406280415", cell)))
    assert len(found) == len(told)
    for line, words in zip(found, told, strict=True):
        wanted = words.format(no="is no telephone number in E.164 such as +46846500400", many=MANY)
        assert f"phone_numbers {wanted}" in line


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("devices.csv", "D001,Yealink,T54W", "D099,Yealink,T54W", 'customer_id "D099" is not in customers.csv'),
        ("devices.csv", "80:5E:C0:10:00:01", "80:5E:C0:10:00", "is no MAC address such as"),
        ("devices.csv", "80:5E:C0:10:00:02", "805ec0-100001", 'mac "80:5E:C0:10:00:01" stands already'),
        ("devices.csv", "yes,not_applicable", "ja,not_applicable", 'purchased_from_icentrex "ja" is not known'),
        ("partners.toml", 'type = "email"', 'type = "mail"', 'type "mail" is not known. Did you mean "email"?'),
        ("partners.toml", 'type = "email"', 'type = "webhook"', "is no https:// address"),
        ("partners.toml", '"affected_number", "time', '"affected_nr", "time', 'Did you mean "affected_number"?'),
        ("partners.toml", "urgent_phone", "urgent_fone", 'urgent_fone is not known here. Did you mean "urgent_phone"?'),
        ("partners.toml", "max_size = 10000000", 'max_size = "10 MB"', "max_size must be a whole number of bytes"),
        ("partners.toml", "NT-", "NT-(", "is no regular expression"),
        ("partners.toml", r"NT-\d{5}", r"(\d+)+", "repeats a group"),
        ("partners.toml", 'text = "Ange', 'urgent = "phone"\ntext = "Ange', "urgent stands with the partner, too."),
        (
            "partners.toml",
            "[[partner]]",
            "[partners]\n[[partner]]",
            'partners: is not known here. Did you mean "partner"?',
        ),
        ("partners.toml", 'id = "GRON"', 'id = "NORR"', 'id "NORR" stands already'),
        ("hardware.toml", "approved = true", "aproved = true", 'aproved is not known here. Did you mean "approved"?'),
        ("hardware.toml", 'kind = "dect"', 'kind = "dekt"', 'kind "dekt" is not known. Did you mean "dect"?'),
        ("hardware.toml", "approved = true", 'approved = "yes"', "approved must be true or false"),
        ("hardware.toml", "[[model]]", "[[model]", "is not TOML"),
    ],
)
def test_a_mistake_elsewhere_is_told(file: str, old: str, new: str, told: str) -> None:
    assert old in FILES[file]
    found = problems(**{file.replace(".", "_"): FILES[file].replace(old, new, 1)})
    assert any(told in line for line in found)


def test_all_mistakes_are_told_at_once() -> None:
    text = customers(("556901-2346", "556901-2347"), ("partner,NORR", "partner,NORD"), ("2023-05-01", "maj"))
    assert len(problems(customers_csv=text, hardware_toml=FILES["hardware.toml"].replace("kind", "sort", 1))) == 5


def test_what_a_partner_may_leave_out_may_stand_in_its_guidelines() -> None:
    moved = FILES["partners.toml"].replace("max_size = 10000000 ", "# ")
    moved = moved.replace('text = "Ett ärende', 'max_size = 20000000\nurgent = "phone"\ntext = "Ett ärende')
    partner = read(FILES | {"partners.toml": moved}).partner("GRON")
    assert partner is not None
    assert (partner.max_size, partner.urgent) == (20_000_000, "phone")


def test_a_missing_file_is_told() -> None:
    with pytest.raises(Invalid, match=r"hardware\.toml: is missing\."):
        read({name: text for name, text in FILES.items() if name != "hardware.toml"})


def test_differences_name_file_row_and_change() -> None:
    old = read(FILES)
    text = customers(("Tallmo Läkarhus AB", "Tallmo Vård AB")).replace("D010,", "D011,")
    devices = FILES["devices.csv"].replace("D010,", "D011,").replace("D003,Grandstream,HT801,", "D003,Poly,VVX 350,")
    new = read(FILES | {"customers.csv": text, "devices.csv": devices})
    found = {(one.file, one.id): one.what for one in differences(old, new)}
    assert found["customers.csv", "D006"] == "name: Tallmo Läkarhus AB -> Tallmo Vård AB"
    assert found["customers.csv", "D011"] == "new"
    assert found["customers.csv", "D010"] == "gone"
    assert found["devices.csv", "D003 C0:74:AD:10:00:06"] == "vendor: Grandstream -> Poly; model: HT801 -> VVX 350"
    assert differences(old, read(FILES)) == ()


def test_a_registry_is_built_from_plain_rows() -> None:
    registry = Registry([Customer("K1", "Måne AB", "", phone_numbers=(NumberRange("+46701740605", "+46701740605"),))])
    assert registry.by_phone("+46701740605") == "K1"
    assert registry.by_org_number("") is None


def test_a_row_ends_at_line_breaks_only() -> None:
    """Not at the other characters that str.splitlines breaks at; and a quoted cell keeps its own line breaks."""
    wrong: list[Problem] = []
    rows = csv_rows("x.csv", 'a,b\r\n"one\r\ntwo",three\u2028four\x85\n\nfive,six', wrong, ("a", "b"))
    assert [row for _, row in rows] == [{"a": "one\r\ntwo", "b": "three\u2028four"}, {"a": "five", "b": "six"}]
    assert not wrong
