"""Introductions of quotes and heads of forwards, as mail programs write them in many languages.

The rows are what programs write; the name, the address and the day are always the same ones.
"""

import pytest

from supportbot.mail.newtext import split
from supportbot.mail.taken_up import Known

INTRODUCTIONS = """
On Tue, Feb 24, 2015 at 10:48 PM, John Doe <john@example.org> wrote:
On Feb 24, 2015, at 10:48 PM, John Doe wrote:
On 24/02/2015 22:48, John Doe wrote:
On 2/24/15, 10:48 PM, "John Doe" <john@example.org> wrote:
On Tuesday, 24 February 2015, John Doe <john@example.org> wrote:
On Tue, 24 Feb 2015 22:48:01 +0100, John Doe <john@example.org> wrote:
On 24. Feb 2015, at 22:48, John Doe <john@example.org> wrote:
Am 24.02.2015 um 22:48 schrieb John Doe <john@example.org>:
Am 24.02.2015 um 22:48 schrieb John Doe:
Am Dienstag, 24. Februar 2015 schrieb John Doe :
Am Di., 24. Feb. 2015 um 22:48 Uhr schrieb John Doe <john@example.org>:
Am 24. Februar 2015 um 22:48:11, John Doe (john@example.org) schrieb:
John Doe <john@example.org> schrieb am Di., 24. Feb. 2015, 22:48:
John Doe <john@example.org> hat am 24. Februar 2015 um 22:48 geschrieben:
Le 24 févr. 2015 à 22:48, John Doe <john@example.org> a écrit :
Le mar. 24 févr. 2015 à 22:48, John Doe <john@example.org> a écrit :
Le 24/02/2015 22:48, John Doe a écrit :
Le mardi 24 février 2015, John Doe <john@example.org> a écrit :
El 24/02/2015 22:48, John Doe escribió:
El mar., 24 feb. 2015 a las 22:48, John Doe (<john@example.org>) escribió:
El martes, 24 de febrero de 2015, John Doe <john@example.org> escribió:
El 24 de febrero de 2015, 22:48, John Doe <john@example.org> escribió:
Em 24 de fevereiro de 2015 22:48, John Doe <john@example.org> escreveu:
Em ter., 24 de fev. de 2015 às 22:48, John Doe <john@example.org> escreveu:
Em 24-02-2015 22:48, John Doe escreveu:
Il giorno 24 feb 2015, alle ore 22:48, John Doe <john@example.org> ha scritto:
Il 24/02/2015 22:48, John Doe ha scritto:
Il giorno mar 24 feb 2015 alle ore 22:48 John Doe <john@example.org> ha scritto:
Op 24-02-2015 22:48 schreef John Doe:
Op 24 feb. 2015, om 22:48 heeft John Doe <john@example.org> het volgende geschreven:
Op di 24 feb. 2015 om 22:48 schreef John Doe <john@example.org>:
Op dinsdag 24 februari 2015 heeft John Doe het volgende geschreven:
W dniu 24.02.2015 o 22:48, John Doe pisze:
W dniu 24 lutego 2015 22:48 użytkownik John Doe <john@example.org> napisał:
Dnia 24 lutego 2015 22:48 John Doe <john@example.org> napisał(a):
wt., 24 lut 2015 o 22:48 John Doe <john@example.org> napisał(a):
Wiadomość napisana przez John Doe <john@example.org> w dniu 24 lut 2015, o godz. 22:48:
Dne 24.2.2015 v 22:48 John Doe napsal(a):
út 24. 2. 2015 v 22:48 odesílatel John Doe <john@example.org> napsal:
Dne 24. února 2015 22:48 John Doe <john@example.org> napsal(a):
24 февраля 2015 г., 22:48, John Doe <john@example.org> написал(а):
вт, 24 февр. 2015 г. в 22:48, John Doe <john@example.org>:
24.02.2015, 22:48, "John Doe" <john@example.org>:
24.02.2015 22:48, John Doe пишет:
Вторник, 24 февраля 2015, 22:48 +03:00 от John Doe <john@example.org>:
24 Şubat 2015 22:48 tarihinde John Doe <john@example.org> yazdı:
John Doe <john@example.org>, 24 Şub 2015 Sal, 22:48 tarihinde şunu yazdı:
24 Şub 2015 22:48 tarihinde "John Doe" <john@example.org> yazdı:
Den 24 februari 2015 22:48 skrev John Doe <john@example.org>:
Den tis 24 feb. 2015 kl 22:48 skrev John Doe <john@example.org>:
24 feb 2015 kl. 22:48 skrev John Doe <john@example.org>:
Den 2015-02-24 kl. 22:48, skrev John Doe:
Den 24-02-2015 kl. 22:48 skrev John Doe:
Den tir. 24. feb. 2015 kl. 22.48 skrev John Doe <john@example.org>:
tir. 24. feb. 2015 kl. 22:48 skrev John Doe <john@example.org>:
Den 24. feb. 2015 kl. 22:48 skrev John Doe <john@example.org>:
Den 24. februar 2015 22.48 skrev John Doe <john@example.org>:
På tir, 24 feb 2015 22:48, skrev John Doe <john@example.org>:
24.2.2015 22.48, John Doe kirjoitti:
ti 24. helmik. 2015 klo 22.48 John Doe (john@example.org) kirjoitti:
John Doe <john@example.org> kirjoitti 24.2.2015 kello 22.48:
24. helmikuuta 2015 klo 22.48 John Doe <john@example.org> kirjoitti:
2015. 02. 24. 22:48 keltezéssel, John Doe írta:
John Doe <john@example.org> ezt írta (időpont: 2015. febr. 24., K, 22:48):
În mar., 24 feb. 2015 la 22:48, John Doe <john@example.org> a scris:
Pe 24.02.2015 22:48, John Doe a scris:
Στις Τρί, 24 Φεβ 2015 στις 10:48 μ.μ., ο χρήστης John Doe <john@example.org> έγραψε:
On 24.2.2015 22:48, John Doe wrote:
2015-02-24 22:48 GMT+01:00 John Doe <john@example.org>:
2015年2月24日 22:48 John Doe <john@example.org>:
John Doe <john@example.org> 于2015年2月24日周二 下午10:48写道：
在 2015年2月24日，下午10:48，John Doe <john@example.org> 写道：
在 2015/2/24 22:48, John Doe 写道:
2015年2月24日(火) 22:48 John Doe <john@example.org>:
2015/02/24 22:48、John Doe <john@example.org>のメール：
2015년 2월 24일 (화) 오후 10:48, John Doe <john@example.org>님이 작성:
2015. 2. 24. 오후 10:48, John Doe <john@example.org> 작성:
בתאריך יום ג׳, 24 בפבר׳ 2015 ב-22:48 מאת John Doe <‪john@example.org‬‏>:
في الثلاثاء، ٢٤ فبراير ٢٠١٥ في ١٠:٤٨ م تمت كتابة ما يلي بواسطة John Doe <john@example.org>:
Vào 22:48, 24 tháng 2, 2015, John Doe <john@example.org> đã viết:
Vào Th 3, 24 thg 2, 2015 vào lúc 22:48 John Doe <john@example.org> đã viết:
Pada tanggal Sel, 24 Feb 2015 pukul 22.48 John Doe <john@example.org> menulis:
Dana 24. velj 2015., u 22:48, John Doe <john@example.org> napisao je:
sri, 24. velj 2015. u 22:48 John Doe <john@example.org> napisao je:
V tor., 24. feb. 2015 ob 22:48 je oseba John Doe <john@example.org> napisala:
T, 24. veebruar 2015 kell 22:48 John Doe (<john@example.org>) kirjutas:
2015-02-24, an, 22:48 John Doe <john@example.org> rašė:
otrd., 2015. g. 24. febr., plkst. 22:48 — lietotājs John Doe (<john@example.org>) rakstīja:
На вт, 24.02.2015 г. в 22:48 John Doe <john@example.org> написа:
вт, 24 лют. 2015 р. о 22:48 John Doe <john@example.org> пише:
El dt., 24 de febr. 2015 a les 22:48, John Doe (<john@example.org>) va escriure:
Þann þri., 24. feb. 2015 kl. 22:48 skrifaði John Doe <john@example.org>:
John Doe <john@example.org> wrote on 2015-02-24 22:48:
John Doe wrote on 24/02/15 22:48:
John Doe <john@example.org> writes:
Quoting John Doe <john@example.org>:
Citerar John Doe <john@example.org>:
Zitat von John Doe <john@example.org>:
--- John Doe <john@example.org> wrote:
---- On Tue, 24 Feb 2015 22:48:01 +0100 John Doe <john@example.org> wrote ----
---- John Doe wrote ----
On 24 Feb 2015 22:48, "John Doe" <john@example.org> wrote:
From: John Doe <john@example.org> Date: Tue, 24 Feb 2015 To: Jane <jane@example.org> Subject: Hello
>>> John Doe <john@example.org> 24.02.2015 22:48 >>>
>>> John Doe <john@example.org> 2/24/2015 10:48 PM >>>
""".strip().splitlines()

LAYOUTS = {"marked": "\n> Äldre text\n", "after a blank line": "\n\n> Äldre text\n", "bare": "\n\nÄldre text\n\nHej\n"}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_introduction_is_known(introduction: str, layout: str) -> None:
    found = split(f"Nu fungerar det.\n\n{introduction}{layout}", None)
    assert found.new_text == "Nu fungerar det."
    assert "Äldre text" in found.quoted


WRAPPED = [row for row in INTRODUCTIONS if len(row) > 50 and not row.startswith("From:")]


@pytest.mark.parametrize("introduction", WRAPPED)
def test_wrapped_introduction_is_known(introduction: str) -> None:
    at = introduction.rfind(" ", 0, 60)
    found = split(f"Nu fungerar det.\n\n{introduction[:at]}\n{introduction[at + 1 :]}\n\n> Äldre text\n", None)
    assert found.new_text == "Nu fungerar det."


OWN_WORDS = """
I går skrev ni: allt är klart.
Vi talades vid 2026-11-03 kl 10:00, sedan dess är det tyst:
Den 3 november ringde Eva och sa:
Citerar gärna er handbok: "starta om".
Från: Göteborg
Mötet 2026-11-03 10:00 gäller två saker:
Skickat från min telefon fungerar inte.
""".strip().splitlines()


@pytest.mark.parametrize("words", OWN_WORDS)
def test_own_words_are_no_introduction(words: str) -> None:
    body = f"Hej.\n{words}\nLuren är tyst.\nVi väntar på er."
    assert split(body, None).new_text == body


# From, sent or date, to, subject.
HEADS = {
    "en": ("From", "Date", "To", "Subject"),
    "enO": ("From", "Sent", "To", "Subject"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "svD": ("Från", "Datum", "Till", "Ämne"),
    "no": ("Fra", "Sendt", "Til", "Emne"),
    "noD": ("Fra", "Dato", "Til", "Emne"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "fiD": ("Lähettäjä", "Päivämäärä", "Vastaanottaja", "Aihe"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "deD": ("Von", "Datum", "An", "Betreff"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "frD": ("De", "Date", "À", "Objet"),
    "es": ("De", "Enviado", "Para", "Asunto"),
    "esD": ("De", "Fecha", "Para", "Asunto"),
    "pt": ("De", "Enviado", "Para", "Assunto"),
    "ptE": ("De", "Enviada em", "Para", "Assunto"),
    "ptD": ("De", "Data", "Para", "Assunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "itD": ("Da", "Data", "A", "Oggetto"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "nlD": ("Van", "Datum", "Aan", "Onderwerp"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "plD": ("Od", "Data", "Do", "Temat"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "csD": ("Od", "Datum", "Komu", "Předmět"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "ruD": ("От", "Дата", "Кому", "Тема"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu"),
    "trD": ("Kimden", "Tarih", "Kime", "Konu"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    "huD": ("Feladó", "Dátum", "Címzett", "Tárgy"),
    "ro": ("De la", "Trimis", "Către", "Subiect"),
    "sk": ("Od", "Odoslané", "Komu", "Predmet"),
    "skD": ("Od", "Dátum", "Komu", "Predmet"),
    "hr": ("Od", "Poslano", "Prima", "Predmet"),
    "hrD": ("Šalje", "Datum", "Prima", "Predmet"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
    "ukD": ("Від", "Дата", "Кому", "Тема"),
    "el": ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    "elD": ("Από", "Ημερομηνία", "Προς", "Θέμα"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "jaD": ("差出人", "日付", "宛先", "件名"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
    "zhD": ("发件人", "日期", "收件人", "主题"),
    "zhT": ("寄件者", "傳送時間", "收件者", "主旨"),
    "zhTD": ("寄件人", "日期", "收件人", "主旨"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    "ca": ("De", "Data", "Per a", "Assumpte"),
    "is": ("Frá", "Sent", "Til", "Efni"),
    "et": ("Saatja", "Saadetud", "Adressaat", "Teema"),
    "lt": ("Nuo", "Išsiųsta", "Kam", "Tema"),
    "bg": ("От", "Изпратено", "До", "Относно"),
    "he": ("מאת", "נשלח", "אל", "נושא"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
    "id": ("Dari", "Dikirim", "Kepada", "Perihal"),
    "vi": ("Từ", "Đã gửi", "Đến", "Chủ đề"),
    "sl": ("Od", "Poslano", "Za", "Zadeva"),
}
MARKERS = """
---------- Forwarded message ----------
---------- Forwarded message ---------
Begin forwarded message:
-------- Forwarded Message --------
---------- Vidarebefordrat meddelande ----------
-------- Vidarebefordrat meddelande --------
Vidarebefordrat brev:
Inledning på vidarebefordrat brev:
---------- Videresendt melding ---------
-------- Videresendt melding --------
Start på videresendt melding:
---------- Videresendt meddelelse ---------
Start på videresendt besked:
Videresendt besked:
---------- Välitetty viesti ---------
-------- Välitetty viesti --------
Alkaa välitetty viesti:
Anfang der weitergeleiteten Nachricht:
Anfang der weitergeleiteten E-Mail:
---------- Weitergeleitete Nachricht ---------
-------- Weitergeleitete Nachricht --------
Début du message réexpédié :
Début du message transféré :
---------- Message transféré ---------
-------- Message transféré --------
Inicio del mensaje reenviado:
---------- Mensaje reenviado ---------
Início da mensagem reenviada:
Início da mensagem encaminhada:
---------- Mensagem encaminhada ---------
-------- Mensagem reencaminhada --------
Inizio messaggio inoltrato:
---------- Messaggio inoltrato ---------
-------- Messaggio Inoltrato --------
Begin doorgestuurd bericht:
---------- Doorgestuurd bericht ---------
-------- Doorgestuurd bericht --------
Początek przekazywanej wiadomości:
---------- Wiadomość przekazana dalej ---------
Začátek přeposlané zprávy:
Začátek přesměrované zprávy:
---------- Přeposlaná zpráva ---------
Начало переадресованного сообщения:
Начало пересылаемого сообщения:
---------- Пересылаемое сообщение ----------
-------- Пересылаемое сообщение --------
-------- Перенаправленное сообщение --------
İleti başlangıcı:
---------- Yönlendirilmiş ileti ---------
Továbbított levél kezdete:
---------- Továbbított üzenet ---------
---------- Mesaj redirecționat ---------
Începutul mesajului redirecționat:
Začiatok preposlanej správy:
---------- Preposlaná správa ---------
Započinje proslijeđena poruka:
Počinje proslijeđena poruka:
---------- Proslijeđena poruka ---------
---------- Переслане повідомлення ---------
Αρχή προωθημένου μηνύματος:
---------- Προωθημένο μήνυμα ---------
転送されたメール：
-------- 転送メッセージ --------
开始转发的邮件：
下面是被转发的邮件：
---------- 转发的邮件 ---------
-------- 转发的消息 --------
以下是轉寄的郵件：
開始轉寄郵件：
전달된 메시지:
---------- 전달된 메시지 ---------
---------- הודעה שהועברה ---------
---------- رسالة معاد توجيهها ---------
---------- Thư được chuyển tiếp ---------
---------- Pesan terusan ---------
---------- Áframsend skilaboð ---------
---------- Edastatud kiri ---------
---------- Missatge reenviat ---------
---------- Persiųstas laiškas ---------
---------- Pārsūtīta vēstule ---------
------ Forwarded Message ------
------ Vidarebefordrat meddelande ------
----- Forwarded Message -----
----- Vidarebefordrat meddelande -----
----- Forwarded by Anna/SE on 2015-02-24 22:48 -----
----- Vidarebefordrat av Anna/SE den 2015-02-24 22:48 -----
-----Vidarebefordrat brev-----
--- Forwarded message ---
------- Forwarded message follows -------
""".strip().splitlines()
SENDER, DAY = "John Doe <john@example.org>", "24 feb 2015 22:48"


def _head(language: str, order: tuple[int, ...] = (0, 1, 2, 3), name: str = "%s:") -> str:
    values = (SENDER, DAY, "Jane Roe <jane@example.org>", "Spanska")
    return "\n".join(f"{name % HEADS[language][at]} {values[at]}" for at in order)


@pytest.mark.parametrize("name", ["%s:", "*%s:*", "%s :"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 3, 1, 2), (3, 1, 0, 2)])
@pytest.mark.parametrize("language", HEADS)
def test_head_is_known(language: str, order: tuple[int, ...], name: str) -> None:
    found = split(f"Se nedan.\n\n{_head(language, order, name)}\n\nHela texten.\n", None).forwarded
    assert found is not None
    assert (found.sender, found.date, found.subject, found.text) == (SENDER, DAY, "Spanska", "Hela texten.")


@pytest.mark.parametrize("marker", MARKERS)
def test_marker_makes_a_forward(marker: str) -> None:
    plain = split(f"Vad säger ni om det?\n\n{marker}\n{_head('en')}\n\nHela texten.\n", None)
    quoted = "\n".join(f"> {line}" for line in f"{_head('svD')}\n\nHela texten.".split("\n"))
    for found in (plain, split(f"Vad säger ni om det?\n\n{marker}\n\n{quoted}\n", None)):
        assert found.forwarded is not None
        assert (found.forwarded.sender, found.forwarded.subject) == (SENDER, "Spanska")
        assert found.forwarded.text == "Hela texten."


@pytest.mark.parametrize(
    ("subject", "forwarded"),
    [
        ("VB: Spanska", True),
        ("Fwd: Spanska", True),
        ("[EXTERN] FW: Spanska", True),
        ("WG : Spanska", True),
        ("SV: VB: Spanska", False),
        ("Re[2]: Spanska", False),
        ("Spanska", False),
        ("", False),
    ],
)
def test_subject_tells_a_forward_from_an_answer(subject: str, forwarded: bool) -> None:
    body = f"Anders har problem igen, ring honom.\n\n{_head('sv')}\n\nHela texten.\n"
    found = split(body, None, Known(subject=subject))
    assert (found.forwarded is not None) == forwarded
    assert ("Hela texten." in found.new_text) == forwarded


def test_values_may_stand_below_their_names() -> None:
    head = f"ÄMNE:\nSpanska\n\nDATUM:\n{DAY}\n\nFRÅN:\n{SENDER}\n\nTILL:\nkundcenter@icentrex.example"
    found = split(f"Se nedan.\n\n-------- Vidarebefordrat --------\n{head}\n\nHela texten.\n", None).forwarded
    assert found is not None
    assert (found.sender, found.date, found.subject, found.text) == (SENDER, DAY, "Spanska", "Hela texten.")


RED = """<p>Svar i rött.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><b>Från:</b> a@b.example<br>
<b>Skickat:</b> den 3 november 2026 10:00<br><b>Ämne:</b> x</div>
<p>Vilken?</p><p><span style="color:%s">Den blå.</span></p>"""


@pytest.mark.parametrize("colour", ["red", "#FF0000", "#c00000", "rgb(192, 0, 0)"])
def test_answers_in_a_colour_are_new(colour: str) -> None:
    found = split(None, RED % colour)
    assert found.new_text.split("\n")[-1] == "Den blå."
    assert "Vilken?" in found.quoted
    assert "Den blå." not in found.quoted


@pytest.mark.parametrize("colour", ["black", "#1F497D", "windowtext", "rgb(0, 0, 0)", "#zz0000"])
def test_a_quote_without_a_colour_stays_quoted(colour: str) -> None:
    assert split(None, RED % colour).new_text == "Svar i rött."


def test_an_answer_in_a_colour_may_stand_behind_the_question() -> None:
    html = RED.replace("<p>Vilken?</p><p>", "<p>Var? ").replace("Den", "I hallen, den")
    assert split(None, html % "red").new_text == "Svar i rött.\n\nVar? I hallen, den blå."


@pytest.mark.parametrize(
    "beside",
    [
        '<span style="color:blue">Obs!</span> Vilken?',
        '<a href="https://a.example" style="color:red">Vilken?</a> är',
        '<a href="https://a.example"><span style="color:red">Vilken?</span></a> är',
    ],
)
def test_another_colour_or_a_link_within_a_line_is_no_answer(beside: str) -> None:
    found = split(None, RED.replace("Vilken?", beside) % "red")
    assert "Vilken?" not in found.new_text
    assert found.new_text.endswith("Den blå.")


MARKED = """Hej,
%s

-----Ursprungligt meddelande-----
Från: Kundcenter <k@icentrex.example>
Skickat: den 3 november 2026 10:00
Ämne: x

[Kundcenter] Vilken port?
[Lena] Port 3.
[Lena Holm] Sedan i går.
Med vänlig hälsning"""


def test_answers_behind_the_own_name_are_new() -> None:
    sender = Known("Lena Holm <lena@holm.example>")
    found = split(MARKED % "mina svar står i texten.", None, sender)
    assert found.new_text.endswith("[Lena] Port 3.\n[Lena Holm] Sedan i går.")
    assert "Vilken port?" not in found.new_text and "Port 3." not in found.quoted
    assert split(MARKED % "nu går det.", None, sender).new_text == "Hej,\nnu går det."
    assert "Port 3." not in split(MARKED % "mina svar står i texten.", None, Known("Ove")).new_text


def test_colours_of_a_quote_do_not_matter_where_nothing_is_said_of_them() -> None:
    assert split(None, (RED % "red").replace("Svar i rött.", "Nu går det.")).new_text == "Nu går det."


@pytest.mark.parametrize(
    "introduction",
    [
        "On Sat, Sep 5, 2026 at 10:43 PM, Kundcenter<k@icentrex.example> wrote:   Hello,",
        "Den tors, 26 nov. 2026 kl. 9:12 skrev Kundcenter<k@icentrex.example>:   Hej,",
    ],
)
def test_the_quotes_first_line_may_stand_behind_its_introduction(introduction: str) -> None:
    found = split(f"Nytt svar.\n\nSent from Yahoo Mail on Android\n\n  {introduction}\n\nKan ni ge ett exempel?", None)
    assert found.new_text == "Nytt svar."
    assert "Kan ni ge ett exempel?" in found.quoted


@pytest.mark.parametrize(
    ("said", "colour"),
    [
        ("Jeg har svaret med rødt herunder.", "red"),
        ("Mine svar står med rød skrift.", "red"),
        ("Vastaukset punaisella alla.", "red"),
        ("Mina svar är rödmarkerade.", "red"),
        ("Mina svar i blå text nedan.", "rgb(0, 0, 255)"),
        ("Svarar i texten nedan.", "#7030a0"),
        ("Svar direkt i ditt mejl.", "green"),
    ],
)
def test_answers_in_a_colour_are_new_however_they_are_announced(said: str, colour: str) -> None:
    found = split(None, (RED % colour).replace("Svar i rött.", said))
    assert found.new_text == f"{said}\n\nDen blå." and "Vilken?" in found.quoted


@pytest.mark.parametrize("mark", ["Svar:", "-->", "→", "=>"])
def test_answers_behind_a_mark_are_new(mark: str) -> None:
    body = (MARKED % "svarar nedan").replace("[Lena] Port 3.", f"{mark} Port 3.")
    assert split(body, None, Known("Ove")).new_text.endswith(f"{mark} Port 3.")
    assert "Port 3." not in split(body.replace("svarar nedan", "nu går det"), None, Known("Ove")).new_text
