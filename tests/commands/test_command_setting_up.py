"""From an empty folder to a desk: init, registry import, check, db; and every way to give them something wrong."""

import asyncio
import os
import shutil
import sqlite3
import stat

import pytest
from servers.postgres import make_database

from supportbot import folders


@pytest.fixture
def made(tmp_path, run, monkeypatch):
    """A desk's folder as `init` makes it."""
    assert run("init", tmp_path / "desk").code == 0
    monkeypatch.setenv("SUPPORTBOT_IMAP_PASSWORD", "x")
    monkeypatch.setenv("SUPPORTBOT_SMTP_PASSWORD", "x")
    config = tmp_path / "desk" / "config.toml"
    text = config.read_text()
    for host in ("imap.icentrex.se", "smtp.icentrex.se"):
        text = text.replace(f'"{host}"', '"127.0.0.1"\nport = 1')
    config.write_text(text)
    return tmp_path / "desk"


def test_init_says_what_comes_next_and_keeps_the_secret_to_its_owner(tmp_path, run):
    said = run("init", tmp_path / "new" / "desk")
    assert said.code == 0
    assert "supportbot check --config" in said.out
    assert "SUPPORTBOT_CONFIG=" in said.out
    secret = tmp_path / "new" / "desk" / "secret.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    again = run("init", tmp_path / "new" / "desk")
    assert (again.code, again.err.count("is already there. Choose another folder.")) == (1, 4)


def test_init_where_no_folder_can_be(tmp_path, run):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "desk"):
        said = run("init", place)
        assert said.code == 1
        assert "cannot be made" in said.err


def test_registry_import(made, run):
    sample = made / "registry"
    would = run("registry", "import", sample, "--dry-run", "--config", made)
    assert "changes would be made; 10 customers in all." in would.out
    did = run("registry", "import", sample, "--config", made)
    assert "takes it up by itself" in did.out
    again = run("registry", "import", sample, "--config", made)
    assert again.out == "0 changes made; 10 customers in all.\n"
    customers = (sample / "customers.csv").read_text()
    (sample / "customers.csv").write_text(customers.replace("Uppstart Plus", "Starter", 1))
    (row,) = run("registry", "import", sample, "--dry-run", "--json", "--config", made).rows
    assert row["file"] == "customers.csv"
    assert "service" in row["what"]


def test_a_dry_run_makes_no_database_and_compares_with_an_empty_registry(made, run):
    would = run("registry", "import", made / "registry", "--dry-run", "--config", made)
    assert (would.code, "customers.csv " in would.out) == (0, True)
    did = run("registry", "import", made / "registry", "--dry-run", "--json", "--config", made)
    assert {row["what"] for row in did.rows} == {"new"}
    assert not list(made.glob("supportbot.db*"))
    imported = run("registry", "import", made / "registry", "--config", made)
    assert imported.out.startswith(would.out.splitlines()[0])
    assert f"{len(did.rows)} changes made; 10 customers in all." in imported.out


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "postgresql+asyncpg://bot:hemligt@db.example/bot",
            "must not hold the password. Give it by --password-env NAME.",
        ),
        ("postgresql://bot:hemligt@db.example/bot", 'must begin with "sqlite:///" (one daemon) or'),
        ("postgresql+asyncpg://bot:hemligt@db.example:x/bot", "has a host or a port that cannot be read."),
        ("sqlite:///hemligt.db", "is SQLite again."),
    ],
)
def test_db_copy_takes_no_password_in_the_url_and_repeats_none(made, run, url, says):
    said = run("db", "copy", url, "--config", made)
    assert (said.code, said.out) == (1, "")
    assert f"supportbot: URL: {says}" in said.err
    assert "hemligt" not in said.err


@pytest.mark.xdist_group("postgres-commands")
def test_db_copy_says_all_that_goes_into_the_config(desk, postgres_server, monkeypatch):
    url = asyncio.run(make_database(postgres_server))
    monkeypatch.setenv("SUPPORTBOT_DB_PASSWORD", "hemligt")
    before = desk("tickets", "list", "--json").rows
    said = desk("db", "copy", url, "--password-env", "SUPPORTBOT_DB_PASSWORD")
    assert said.code == 0, said.err
    lines = f'[database]\nurl = "{url}"\npassword = {{ env = "SUPPORTBOT_DB_PASSWORD" }}\n'
    assert said.out.endswith(f"Now write into config.toml:\n{lines}")
    desk.edit(f'[database]\nurl = "{desk.url}"\n', lines)
    assert desk("tickets", "list", "--json").rows == before


def test_an_import_that_takes_much_away_must_be_asked_for(made, run):
    folder = made / "registry"
    run("registry", "import", folder, "--config", made)
    head, *models = (folder / "hardware.toml").read_text().split("[[model]]")
    (folder / "hardware.toml").write_text("[[model]]".join([head, *models[: len(models) // 3]]))
    for words in ((), ("--dry-run",), ("--json",)):
        said = run("registry", "import", folder, *words, "--config", made)
        assert said.code == 1
        assert f"hardware.toml: {len(models) - len(models) // 3} of {len(models)} rows would be gone" in said.err
        assert "If so: --allow-removal." in said.err
        assert "gone" in said.out, "and which"
    would = run("registry", "import", folder, "--dry-run", "--allow-removal", "--config", made)
    assert "changes would be made" in would.out, "nothing was imported before"
    did = run("registry", "import", folder, "--allow-removal", "--config", made)
    assert (did.code, "changes made; 10 customers" in did.out) == (0, True)
    (folder / "hardware.toml").write_text("[[model]]".join([head, *models[: len(models) // 3 - 1]]))
    did = run("registry", "import", folder, "--config", made)
    assert (did.code, "1 change made" in did.out) == (0, True), "one of several goes unasked"


def test_a_first_import_of_many_rows_is_told_in_one_line(made, run):
    customers = (made / "registry" / "customers.csv").read_text()
    rows = (f"X{n},Kund {n},,kund{n}.example,,,direct,,Starter,2024-01-01,,0,sv" for n in range(30))
    (made / "registry" / "customers.csv").write_text(customers + "\n".join(rows) + "\n")
    said = run("registry", "import", made / "registry", "--dry-run", "--config", made)
    assert "customers.csv: 40 new rows (--json names them)" in said.out
    assert "customers.csv X7" not in said.out
    assert "partners.toml NORR: new" in said.out


def test_a_broken_registry_shows_all_mistakes_and_changes_nothing(made, run):
    folder = made / "registry"
    for name, changes in {
        "customers.csv": {"556901-2346": "556901-2345", "2024-09-01": "2024-13-01", "direct,,": "direkt,,"},
        "devices.csv": {"80:5E:C0:10:00:02": "80:5E:C0", "D005,": "D999,"},
    }.items():
        text = (folder / name).read_text()
        for before, after in changes.items():
            assert before in text
            text = text.replace(before, after, 1)
        (folder / name).write_text(text)
    said = run("registry", "import", folder, "--config", made)
    assert said.code == 1
    for words in ("organisation number", "2024-13-01", 'Did you mean "direct"', "no MAC address", "D999"):
        assert words in said.err, words
    assert "supportbot.db: is not there. Make it: supportbot registry import DIR" in run("check", "--config", made).out


@pytest.mark.parametrize("folder", ["nowhere", "config.toml", "."])
def test_a_registry_that_is_none(made, run, folder):
    said = run("registry", "import", made / folder, "--config", made)
    assert said.code == 1
    assert "customers.csv, devices.csv, partners.toml and hardware.toml" in said.err


def test_check_shows_all_at_once_each_with_its_mend(made, run, monkeypatch):
    monkeypatch.delenv("SUPPORTBOT_SMTP_PASSWORD")
    said = run("check", "--config", made)
    assert said.code == 1
    assert "SUPPORTBOT_SMTP_PASSWORD is not set. Set it." in said.out
    assert "supportbot.db: is not there. Make it: supportbot registry import DIR" in said.out
    assert "mailbox kundcenter: 127.0.0.1:1" in said.out
    assert "3 problems found." in said.out
    rows = run("check", "--json", "--config", made).rows
    assert len(rows) == 3
    assert all(row["mend"] for row in rows)
    run("db", "upgrade", "--config", made)
    assert "holds no customers. Import one: supportbot registry import DIR" in run("check", "--config", made).out


def test_check_of_a_broken_config_looks_at_all_that_is_right(made, run, monkeypatch):
    monkeypatch.delenv("SUPPORTBOT_IMAP_PASSWORD")
    (made / "secret.key").unlink()
    (made / "rules" / "kind.toml").write_text("[[kind]\n")
    config = made / "config.toml"
    config.write_text(config.read_text().replace("[smtp]", "[smtp]\nprt = 3"))
    said = run("check", "--config", made)
    assert said.code == 1
    for words in ("smtp.prt: is not a key", "secret.key is not there", "kind.toml:1: is not TOML", "IMAP_PASSWORD"):
        assert words in said.out, words
    assert "config is broken there: mail relay. Mend it and check again." in said.out
    assert "smtp: 127.0.0.1:1" not in said.out
    assert all(row["mend"] for row in run("check", "--json", "--config", made).rows)


def test_check_says_where_nobody_gets_alerts(made, run):
    config = made / "config.toml"
    without_alert = config.read_text().replace('to = ["jour@icentrex.se"]', "to = []")
    config.write_text(without_alert)
    assert "alert.to" not in run("check", "--config", made).out, "left empty, it means all of the staff"
    without_staff = without_alert.replace("[[staff]] ", "# [[staff]] ").replace('address = "support-lead@', '# "')
    config.write_text(without_staff)
    said = run("check", "--config", made)
    assert "alert.to: names nobody, and there is no [[staff]]: nobody gets alerts of urgent faults." in said.out


def test_check_gives_a_server_one_mend_and_names_it_once(made, run):
    rows = [row for row in run("check", "--json", "--config", made).rows if row["where"].startswith(("mail", "smtp"))]
    assert [row["what"] for row in rows] == ["127.0.0.1:1: nothing listens there."] * 2
    assert all(row["mend"].startswith("Check host, port and tls") for row in rows)


def test_db_upgrade_and_backup(made, run, tmp_path):
    assert run("db", "upgrade", "--config", made).code == 0
    assert run("db", "backup", tmp_path / "copy", "--config", made).code == 0
    with sqlite3.connect(tmp_path / "copy" / "supportbot.db") as copy:
        assert copy.execute("SELECT count(*) FROM tickets").fetchone() == (0,)
    copy.close()
    assert "is already there. Name a new folder." in run("db", "backup", tmp_path / "copy", "--config", made).err


def test_what_only_looks_makes_no_database(made, run):
    for words in (("check",), ("status",), ("tickets", "list"), ("ticket", 1, "take"), ("db", "backup", made / "copy")):
        said = run(*words, "--config", made)
        assert said.code == 1, words
        assert "is not there. Make it: supportbot registry import DIR, or" in said.out + said.err
    assert not (made / "supportbot.db").exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:///rules", "rules: the database: unable to open database file. Look at database.url"),
        ("sqlite:///config.toml", "file is not a database. Look at database.url"),
        ("sqlite:///no/such/folder/x.db", "is not there"),
        ("mysql://x", "must begin with"),
    ],
)
def test_a_database_that_is_none(made, run, url, says):
    config = made / "config.toml"
    config.write_text(config.read_text().replace("sqlite:///supportbot.db", url))
    said = run("status", "--config", config)
    assert said.code == 1
    assert says in said.err


def test_a_locked_database_says_so(desk, monkeypatch):
    monkeypatch.setattr("supportbot.store.sqlite.BUSY_SECONDS", 0.1)
    other = sqlite3.connect(desk.folder / "supportbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said = desk("ticket", desk.PLAIN, "take")
    assert said.code == 1
    assert "database is locked" in said.err
    assert desk("tickets", "list").code == 0
    other.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_config_that_may_not_be_read(made, run):
    (made / "config.toml").chmod(0)
    assert "Permission denied" in run("status", "--config", made).err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00\xff\xfe\x88" * 100, "cannot be read as UTF-8 text"),
        (b"[desk\n", "is not TOML"),
        (b"", "desk: is missing"),
        (b'[desk]\naddres = "x"\n', 'Did you mean "address"?'),
    ],
)
@pytest.mark.parametrize("words", [("status",), ("check",), ("run",), ("inspect", "config.toml"), ("rules", "test")])
def test_a_broken_config(tmp_path, run, content, says, words, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_bytes(content)
    said = run(*words, "--config", "config.toml")
    assert said.code == 1
    assert says in (said.out if words == ("check",) else said.err)
    assert words == ("check",) or not said.out


def test_the_config_is_found_by_folder_by_environment_and_where_one_stands(desk, run, monkeypatch):
    assert run("tickets", "list", "-c", desk.folder).code == 0
    monkeypatch.setenv("SUPPORTBOT_CONFIG", str(desk.config))
    assert run("tickets", "list").code == 0
    monkeypatch.delenv("SUPPORTBOT_CONFIG")
    assert "is not there. Name yours with --config FILE" in run("tickets", "list", "-c", desk.folder / "nope.toml").err
    monkeypatch.chdir(desk.folder)
    assert run("tickets", "list").code == 0


def test_broken_rules_keep_the_daemon_from_starting(desk, run):
    shutil.copytree(folders.shipped("rules"), desk.folder / "rules")
    (desk.folder / "rules" / "kind.toml").write_text("[[kind]\n")
    desk.edit(f'folder = "{folders.shipped("rules")}"', 'folder = "rules"')
    said = desk("run")
    assert said.code == 1
    assert "kind.toml:1: is not TOML" in said.err
