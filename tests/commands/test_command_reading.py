"""`inspect`, `triage`, `rules`: files, folders and standard input; good ones and what people mistype."""

import io
import shutil

import pytest
from daemon_desk import FILES, mail

from supportbot import folders

EVIL = mail("Vi kan inte ringa ut \x1b[2J.", subject="Fel")


@pytest.fixture
def letters(tmp_path):
    (tmp_path / "mails" / "more").mkdir(parents=True)
    (tmp_path / "mails" / "a.eml").write_bytes(mail("Telefonen är död. Inget hörs.", subject="Död telefon"))
    (tmp_path / "mails" / "more" / "b.txt").write_text("Vår telefon är tyst.", encoding="utf-8")
    (tmp_path / "mails" / "notes.md").write_text("no mail")
    (tmp_path / "registry").mkdir()
    for name, text in FILES.items():
        (tmp_path / "registry" / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_inspect_reads_files_and_folders(letters, run):
    said = run("inspect", letters / "mails")
    assert said.code == 0
    assert "file:        a.eml" in said.out
    assert "subject:     Död telefon" in said.out
    rows = run("inspect", "--json", letters / "mails").rows
    assert [row["file"] for row in rows] == ["a.eml", "more/b.txt"]
    assert rows[1]["new_text"] == "Vår telefon är tyst."


def test_triage_says_why(letters, run):
    said = run("triage", "--explain", "--registry", letters / "registry", letters / "mails" / "a.eml")
    assert said.code == 0
    for words in ("a.eml: Död telefon", "Kind: fault", "Customer: K1", "T3: Om Tjänsten köps direkt"):
        assert words in said.out, words


def test_triage_as_json_with_rules_and_desk_from_a_config(desk, letters, run):
    words = ("--registry", letters / "registry", "--config", desk.folder, letters / "mails" / "a.eml")
    (row,) = run("triage", "--json", *words).rows
    assert (row["customer"], row["route"], row["kind"]) == ("K1", "support", "fault")
    assert row["reasons"]["kind"][0]["rule"]


def test_a_mail_comes_from_standard_input(run, monkeypatch):
    class Input:
        buffer = io.BytesIO(EVIL)

    monkeypatch.setattr("sys.stdin", Input())
    said = run("inspect", "--json", "-")
    assert (said.rows[0]["file"], said.rows[0]["subject"]) == ("-", "Fel")


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(letters, run):
    (letters / "mails" / "gone.eml").symlink_to(letters / "gone.eml")
    (letters / "mails" / "zero.eml").write_bytes(b"")
    said = run("inspect", letters / "mails", "--json")
    assert said.code == 0
    assert [row["file"] for row in said.rows] == ["a.eml", "more/b.txt", "zero.eml"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("inspect",), 2, "Missing argument"),
        (("inspect", "nope.eml"), 1, "nope.eml: is not there."),
        (("inspect", "empty"), 1, "empty: holds no mails. They are files named *.eml"),
        (("triage", "nope.eml", "more.eml"), 1, "more.eml: is not there."),
        (("triage", "--rules", "nope", "a.eml"), 1, "nope: is no folder. It holds the rule files"),
        (("triage", "--registry", "nope", "a.eml"), 1, "nope: is no folder. It holds customers.csv"),
        (("triage", "--config", "nope.toml", "a.eml"), 1, "nope.toml: is not there. Name yours with --config"),
        (("triage", "--explian", "a.eml"), 2, "--explain"),
        (("rules", "test", "--rules", "nope"), 1, "nope: is no folder."),
        (("rules", "words", "--config", "nope.toml"), 0, ""),
    ],
)
def test_what_people_mistype(tmp_path, run, monkeypatch, words, code, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.eml").write_bytes(EVIL)
    (tmp_path / "empty").mkdir()
    said = run(*words)
    assert said.code == code
    assert says in said.err


@pytest.fixture
def broken(tmp_path):
    """A copy of the shipped rules with a mistake in three files."""
    folder = tmp_path / "rules"
    shutil.copytree(folders.shipped("rules"), folder)
    kind = (folder / "kind.toml").read_text()
    (folder / "kind.toml").write_text(kind + '\n[[kind]]\nnme = "x"\n')
    (folder / "urgency.toml").write_text((folder / "urgency.toml").read_text() + "\n[broken\n")
    template = next(iter(sorted((folder / "templates").rglob("*.j2"))))
    template.write_text(template.read_text() + "{{ nope ")
    return folder


def test_broken_rules_are_told_all_at_once(broken, run):
    said = run("rules", "test", "--rules", broken)
    assert (said.code, said.out) == (1, "")
    for words in ("urgency.toml:", "is not TOML", "Did you mean 'name'", ".j2 line", "mistakes in"):
        assert words in said.err, words
    assert run("triage", "--rules", broken, broken / "kind.toml").code == 1


def test_the_rules_of_the_config_that_the_environment_names_are_tested(desk, broken, run, monkeypatch):
    """A desk's own text that is broken must not be called good because another folder was looked at."""
    desk.edit(str(folders.shipped("rules")), str(broken))
    monkeypatch.setenv("SUPPORTBOT_CONFIG", str(desk.config))
    assert f"mistakes in {broken}." in run("rules", "test").err


def test_rules_words_shows_the_concepts_of_the_book(run):
    said = run("rules", "words")
    assert said.code == 0
    for words in ("question [[kind]]", "fact state", "concept {"):
        assert words in said.out, words


def test_rules_words_helps_even_while_the_rules_are_broken(broken, run):
    said = run("rules", "words", "--rules", broken)
    assert said.code == 0
    assert "question [[kind]]" in said.out
    assert "supportbot rules test" in said.out.splitlines()[-1]
