"""The words by which mail programs introduce quotes, forwards and signatures, per language, as tables.

Pure. All in lower case. The trap: a word here is never enough by itself; `quotes` and `signature` ask for
its form too (a colon, an address, dashes, a place at the end), because people write these words as well.
"""

import re
from collections.abc import Iterable


def words(text: str) -> frozenset[str]:
    """The words of a table that is written as running text."""
    return frozenset(text.split())


def by_first_sign(phrases: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """To ask for a phrase at the beginning of a line without asking for all of them."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases:
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


HEADER_NAMES: dict[str, tuple[str, ...]] = {
    "from": (
        "from", "från", "fra", "lähettäjä", "von", "de", "da", "van", "od", "nadawca", "от", "от кого", "kimden",
        "gönderen", "差出人", "送信者", "发件人", "寄件者", "보낸 사람", "보낸사람", "από", "من", "feladó",
        "de la", "từ", "від", "frá", "saatja", "nuo", "šalje", "dari", "寄件人", "보낸이", "מאת",
    ),
    "sent": (
        "sent", "skickat", "skickades", "sendt", "sent on", "lähetetty", "gesendet", "envoyé", "envoye", "enviado",
        "enviada", "enviado em", "enviado el", "inviato", "verzonden", "wysłano", "wyslano", "odesláno", "отправлено",
        "gönderildi", "gönderme tarihi", "送信日時", "发送时间", "傳送時間", "보낸 날짜", "تم الإرسال", "trimis",
        "đã gửi", "enviada em", "enviado a", "elküldve", "odoslané", "poslano", "надіслано", "στάλθηκε", "изпратено",
        "saadetud", "išsiųsta", "nosūtīts", "dikirim", "נשלח", "wysłane",
    ),
    "date": (
        "date", "datum", "dato", "päiväys", "päivämäärä", "pvm", "data", "fecha", "дата", "tarih", "日付",
        "日期", "날짜",
        "ngày", "dátum", "التاريخ", "ημερομηνία", "kuupäev", "tanggal", "תאריך", "dagsetning",
    ),
    "to": (
        "to", "till", "til", "vastaanottaja", "an", "à", "a", "pour", "para", "aan", "do", "adresat", "komu", "pro",
        "кому", "kime", "alıcı", "宛先", "收件人", "받는 사람", "받는사람", "إلى", "către", "đến", "címzett",
        "προς", "prima", "za", "per a", "adressaat", "kam", "до", "kepada", "אל", "收件者",
    ),
    "cc": ("cc", "kopia", "kopi", "kopio", "kopie", "copie", "copia", "копия", "bilgi", "抄送", "참조", "bcc"),
    "subject": (
        "subject", "ämne", "emne", "aihe", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp",
        "temat", "předmět", "predmet", "тема", "konu", "件名", "主题", "主旨", "제목", "الموضوع", "subiect", "chủ đề",
        "tárgy", "θέμα", "относно", "efni", "teema", "tema", "tēma", "perihal", "zadeva", "assumpte", "נושא", "rubrik",
        "ärende",
    ),
    "other": (
        "reply-to", "svar till", "svara till", "répondre à", "importance", "prioritet", "vikt", "priority",
        "attachments",
        "bifogade filer", "importance level", "organisation", "antwort an", "wichtigkeit", "organization",
        "return-path",
        "message-id", "bilagor",
    ),
}  # fmt: skip
HEADER_KIND = {name: kind for kind, names in HEADER_NAMES.items() for name in names}

WROTE = (
    "wrote", "sent", "writes", "skrev", "skriver", "kirjoitti", "schrieb", "geschrieben", "a écrit", "a ecrit",
    "escribió",
    "escribio", "escreveu", "ha scritto", "schreef", "geschreven", "napisał", "napisał(a)", "napisała", "napisana",
    "napsal", "napsal(a)", "napsala", "napísal", "пишет", "написал", "написал(а)", "писал", "yazdı", "şunu yazdı",
    "写道", "寫道",
    "のメール", "님이 작성", "작성", "đã viết", "a scris", "írta", "έγραψε", "كتب", "كتب/كتبت",
    "het volgende geschreven",
    "rašė", "pisze", "menulis", "napisao je", "napisao", "kirjutas", "rakstīja", "написа", "пише", "va escriure",
    "skrifaði",
)  # fmt: skip
QUOTING = ("quoting ", "citerar ", "citat från ", "citat av ", "zitat von ", "citando ", "citerer ")
"""How web mailers of the Horde family introduce a quote, by its writer alone."""
OPENERS = words(
    """
    on den det le am el em il op w dnia dne в на på vào στις في no ons mån tis tor fre lör sön kl om mon tue wed
    thu fri sat sun am. ke ti to pe la su ma sent wiadomość lun mar mer jeu ven sam dim
    """
)
PRONOUNS = words(
    """
    ni du vi jag de dom hon han man att om i you i'd we they he she that dere jeg hun at det in wir ich sie er
    """
)
TO_US = words("oss mig us me your er ert era vår våra our jeres dere deres os meg meille minulle")
"""Who tells what somebody wrote to whom; programs name the writer alone."""
MONTHS = (
    "jan", "feb", "mar", "apr", "maj", "may", "mai", "jun", "jul", "aug", "sep", "okt", "oct", "nov", "dec", "dez",
    "des",
)  # fmt: skip

REPLY_MARKERS = (
    "original message", "originalmeddelande", "ursprungligt meddelande", "ursprungligt mejl", "ursprungligt mail",
    "ursprungligt e-postmeddelande", "original-nachricht", "ursprüngliche nachricht", "originalnachricht",
    "antwort nachricht", "original nachricht", "original meddelande",
    "reply message", "oprindelig meddelelse", "opprinnelig melding", "original melding", "alkuperäinen viesti",
    "message d'origine", "message original", "mensaje original", "mensagem original", "messaggio originale",
    "oorspronkelijk bericht", "wiadomość oryginalna", "original meddelelse", "původní zpráva", "исходное сообщение",
    "元のメッセージ", "邮件原件", "原始邮件", "原始郵件", "원본 메시지", "özgün ileti", "thư gốc",
    "original email", "ursprungligt brev",
    "original appointment", "ursprunglig avtalad tid",
)  # fmt: skip
REPLY_ABOVE = re.compile(
    r"(?:reply|response|answer) above|above this line|svar\w* ovanför|ovanför (?:den här|denna) (?:rad|linje)"
    r"|over denne linj|yläpuolelle|oberhalb dieser"
)
"""What ticket systems write above the mail that is to be answered, between dashes or the like."""
FORWARD_MARKERS = (
    "forwarded message", "begin forwarded message", "forwarded email", "forwarded mail", "start of forwarded message",
    "vidarebefordrat meddelande", "vidarebefordrat brev", "vidarebefordrat mejl", "vidarebefordrat mail",
    "vidarebefordrat e-postmeddelande", "början på vidarebefordrat meddelande",
    "början av vidarebefordrat meddelande",
    "här börjar vidarebefordrat meddelande", "vidaresänt meddelande", "vidaresänt brev",
    "inledning på vidarebefordrat brev",
    "videresendt melding", "videresendt meddelelse", "start på videresendt melding", "videresendt besked",
    "start på videresendt besked", "begynnelse på videresendt melding", "välitetty viesti",
    "edelleenlähetetty viesti",
    "alkaa välitetty viesti", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht",
    "anfang der weitergeleiteten e-mail", "message transféré", "début du message réexpédié",
    "début du message transféré",
    "mensaje reenviado", "inicio del mensaje reenviado", "mensagem encaminhada", "mensagem reencaminhada",
    "messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht",
    "wiadomość przekazana dalej", "przekazana wiadomość", "treść przekazanej wiadomości", "přeposlaná zpráva",
    "пересылаемое сообщение", "начало переадресованного сообщения", "転送メッセージ", "转发的邮件", "轉寄郵件",
    "전달된 메시지",
    "yönlendirilmiş mesaj", "iletilen ileti", "thư được chuyển tiếp",
)  # fmt: skip

FORWARD_SUBJECTS = words(
    "vb fw fwd vl wg w tr rv enc doorst pd ilt továbbítás vidarebefordrat vidarebefordra videresendt"
)
"""What programs put before the subject of a forward; "VS:" is none, it forwards in Danish and answers in Finnish."""
BOTH_SUBJECTS = words("vs ang")
REPLY_SUBJECTS = words("re sv aw ad antw odp ynt r res rif bls vá svar")
FORWARD_STEMS = (
    "forwarded", "vidarebefordra", "vidaresän", "videresend", "välitet", "weitergeleitet", "transféré", "réexpédié",
    "reenviad", "reenviat", "encaminhad", "inoltrat", "doorgestuurd", "przekazan", "przekazywan", "přeposlan",
    "přesměrovan", "preposlan", "пересыла", "переадресова", "перенаправлен", "переслан", "iletilen",
    "yönlendirilmiş", "leti başlangıcı", "továbbított", "redirecționat", "proslijeđen", "posredovan", "προωθημέν",
    "転送", "转发", "轉寄", "전달", "הועבר", "معاد توجيه", "chuyển tiếp", "terusan", "diteruskan",
    "áframsend", "edastatud", "persiųst", "pārsūtīt",
)  # fmt: skip
"""Of the words that introduce a forward in other forms: only between dashes, or above header lines."""

# Own words that take up what stands below, though the mail looks like a reply.
TAKEN_UP = (
    "se nedan", "se mejlet nedan", "se mailet nedan", "se bifogat", "mejlet nedan", "mailet nedan",
    "meddelandet nedan",
    "ärendet nedan", "enligt nedan", "nedanstående", "mejl nedan", "mail nedan", "ursprungsmejl", "ursprungsmail",
    "felanmälan nedan", "ta hand om nedan", "hjälpa med nedan", "hantera nedan", "kolla nedan",
    "beskrivning nedan", "problemet nedan",
    "felet nedan", "info nedan", "informationen nedan", "nedan från", "nedan mejl", "nedan mail", "nedan ärende",
    "nedan felanmälan", "nedan fråga",
    "vidarebefordrar", "vidarebefodrar", "vidarbefordrar", "skickar vidare", "skickar över det här", "sänder vidare",
    "för kännedom", "f.k.", "fyi", "for your information", "kunden skrev", "kund skrev", "kunden skriver",
    "kund skriver",
    "kollega skrev", "kollega skriver", "fick det här av", "fick detta av", "fick detta från", "fick det här från",
    "fått det här från",
    "fått detta från", "det här mejlet från", "detta mejl från", "detta mail från", "skrev det här",
    "skrev så här", "kom det här in",
    "see below", "see the mail below", "see the email below", "email below", "mail below", "message below",
    "the below", "below from",
    "forwarding", "passing this on", "passing on", "please see below", "our customer wrote", "from our customer",
    "as below",
    "se under", "se nedenfor", "det nedenfor", "mailen nedenfor", "meldingen nedenfor", "e-posten nedenfor",
    "beskeden nedenfor", "se herunder", "nedenstående", "nedenstående", "videresender", "til orientering",
    "til info", "sender videre",
    "katso alla", "alla oleva", "välitän", "tiedoksi", "siehe unten", "untenstehend", "leite weiter", "zur info",
    "voir ci-dessous",
    "ci-dessous", "je transfère", "ver abajo", "zie onder", "poniżej",
)  # fmt: skip
ATTACHED = (
    "bifogar ett mejl", "bifogar ett mail", "bifogar mejlet", "bifogar mailet", "mejl bifogas", "mail bifogas",
    "bifogat mejl", "bifogat mail", "bifogade mejl", "bifogade mail", "bifogat meddelande", "bifogar mejl",
    "bifogar mail", "bifogar kundens", "mejlet som är bifogat", "mejlet bifogas", "mailet bifogas", "se bifog",
    "attached mail", "attached email", "attached e-mail", "attached message", "mail attached", "email attached",
    "message attached", "see attached", "vedhæftet mail", "vedhæftede mail", "vedlagt e-post", "vedlagte e-post",
    "vedlagt mail", "se vedlagt", "se vedhæftet", "personalen bifogas", "kunden bifogas", "kunderna bifogas",
    "liitteenä oleva viesti", "liitteenä viesti",
)  # fmt: skip
"""The sender points at a mail that hangs on this one."""
ANSWER_MARKS = re.compile(
    r"(?:svar|vårt svar|mitt svar|answer|our answer|vastaus)\s?[:=]|[-=]{1,3}>|[→⇒➔➜]", re.IGNORECASE
)
"""How people mark answers that they write into a mail."""
NOT_TAKEN_UP = (
    "unrelated to", "not related to", "nothing to do with", "other than", "different from", "different to",
    "separate from", "ignore", "disregard", "apart from", "not about", "inget att göra med", "ingenting att göra med",
    "inte med",
    "inte om", "hör inte till", "hör inte ihop med", "bortse från", "glöm", "något annat än", "annat ärende än",
    "skilt från", "oberoende av", "strunta i", "ikke om", "ikke med", "intet at gøre med", "ingenting å gjøre med",
    "se bort fra", "noget andet end", "noe annet enn", "uafhængigt af", "uavhengig av", "ei liity", "eri asia kuin",
)  # fmt: skip
"""Right before one of the words that take up what stands below: then it is another matter."""
INSIDE_BELOW = (
    "i texten nedan", "direkt i mejlet", "direkt i mailet", "direkt i ditt mejl", "direkt i ditt mail",
    "i ditt mejl nedan", "inne i mejlet", "inne i mailet", "inline in your", "within your mail", "within your email",
    "direkte i mailen", "direkte i teksten", "i teksten under", "i teksten nedenfor",
)  # fmt: skip
"""The sender answers inside the mail below, in whatever colour."""
ANSWERS_BELOW = (
    "svar nedan", "svarar nedan", "svarat nedan", "svaren nedan", "kommentarer nedan", "se nedan i rött", "mina svar",
    "answers below", "answered below", "inline below", "comments below", "reply below", "see inline", "my answers",
    "svarer under", "i rött", "i röd text", "i blått", "i blå text", "i grönt", "i grön text", "med rött",
    "med blått", "in red", "in blue", "in green", "röd text", "blå text", "grön text", "rödmarkera", "blåmarkera",
    "grönmarkera", "med grönt", "i rødt", "med rødt", "rød skrift", "rød tekst", "i blåt", "med blåt", "i grønt",
    "med grønt", "punaisella", "sinisellä", "vihreällä", "svar med pilar", "svarar med pilar", "svar nedan med",
    *INSIDE_BELOW,
)  # fmt: skip
"""Above a quotation: the sender answers inside the mail below."""
AT_THE_BOTTOM = (
    "längst ner", "längst ned", "at the bottom", "at the very bottom", "nederst", "alimpana", "alimmaisena",
)  # fmt: skip
"""Above a forward: the first mail of the exchange is meant, not the last."""

GREETINGS = words(
    """
    hej hejsan hejhej hallå hallo tjena tjenare tja tjo hi hello hey dear hei moi moikka terve god goddag
    godmorgon morgon dag kväll förmiddag eftermiddag good morning afternoon evening bästa bäste kära igen på er
    dig alla all there team folks kundcenter support supporten icentrex guten tag bonjour hola hejdå hellu
    halloj
    """
)

# A sign-off is the whole line, or stands before at most a few words (the name).
SIGN_OFFS = (
    "med vänlig hälsning", "med vänliga hälsningar", "med vänlig hälsningar", "med vanlig halsning",
    "med vanliga halsningar",
    "med bästa hälsningar", "med hälsning", "med hälsningar", "med varma hälsningar", "med utmärkt högaktning",
    "med soliga hälsningar",
    "vänlig hälsning", "vänliga hälsningar", "vanliga halsningar", "vanlig halsning", "bästa hälsningar",
    "bästa hälsning",
    "hälsning", "hälsningar", "halsningar", "halsning", "hälsn", "hälsn.", "hals", "häls", "soliga hälsningar",
    "varma hälsningar",
    "många hälsningar", "glada hälsningar", "hjärtliga hälsningar", "trevliga hälsningar", "mvh", "m.v.h",
    "m.v.h.", "m v h", "mv h", "vh",
    "v.h.", "vänligen", "vänligast", "högaktningsfullt", "allt gott", "ha det gott", "ha det bra", "ha en bra dag",
    "ha en fin dag",
    "trevlig helg", "trevlig dag", "kram", "kramar", "kramiz", "med frid", "vid pennan", "bästa", "hej så länge",
    "hej då", "hörs", "vi hörs",
    "best regards", "kind regards", "regards", "warm regards", "warmest regards", "with kind regards",
    "with best regards", "best wishes",
    "all the best", "best", "br", "kr", "rgds", "brgds", "cheers", "sincerely", "yours sincerely", "yours truly",
    "yours faithfully",
    "sincerely yours", "yours", "cordially", "thanks and regards", "thanks & regards", "thanks and best regards",
    "many regards", "xx",
    "med venlig hilsen", "venlig hilsen", "venlige hilsner", "med vennlig hilsen", "vennlig hilsen",
    "vennlige hilsener",
    "beste hilsen", "bedste hilsner", "de bedste hilsner", "hilsen", "hilsner", "mange hilsner", "kærlig hilsen",
    "kh", "med hilsen", "mvh.",
    "hilsen fra", "terveisin", "terveisiä", "ystävällisin terveisin", "parhain terveisin", "t.", "yst. terv.",
    "yt", "terv.",
    "mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße",
    "freundliche grüsse",
    "viele grüße", "viele grüsse", "beste grüße", "beste grüsse", "liebe grüße", "schöne grüße", "grüße", "grüsse",
    "mfg", "lg", "vg", "gruß",
    "cordialement", "bien cordialement", "bien à vous", "salutations", "sincères salutations",
    "meilleures salutations", "au revoir",
    "saludos", "un saludo", "saludos cordiales", "atentamente", "salud", "cumprimentos", "atenciosamente",
    "com os melhores cumprimentos",
    "cordiali saluti", "distinti saluti", "saluti", "met vriendelijke groet", "met vriendelijke groeten",
    "vriendelijke groeten", "groeten",
    "groet", "mvg", "pozdrawiam", "z poważaniem", "z powazaniem", "s pozdravem", "с уважением", "saygılarımla",
    "trân trọng",
    "με εκτίμηση", "с наилучшими пожеланиями", "敬具", "よろしくお願いいたします", "此致", "감사합니다",
)  # fmt: skip
# Thanks close a mail, but are also its whole content: they count only before a name.
THANKS = (
    "tack", "tack på förhand", "tack så mycket", "tack för hjälpen", "tack för hjälpen på förhand", "stort tack",
    "många tack", "tackar", "tacksam för svar",
    "tack för hjälp", "tacksam för hjälp", "tack för snabb hjälp", "thanks", "thank you", "thanks a lot",
    "many thanks", "thanks in advance",
    "thank you in advance", "thx", "tusen takk", "takk", "takk på forhånd", "tak", "på forhånd tak", "mange tak",
    "kiitos", "kiitos jo etukäteen",
    "kiitos etukäteen", "danke", "vielen dank", "vielen dank im voraus", "merci", "merci d'avance", "gracias",
    "obrigado", "obrigada", "dank u", "bedankt", "grazie", "dziękuję",
)  # fmt: skip

SENT_FROM = (
    "skickat från", "skickat via", "skickat med", "skickades från", "sänt från", "sent from", "sent via",
    "sent with", "sent using", "get outlook for",
    "hämta outlook för", "skaffa outlook för", "sendt fra", "sendt via", "send fra", "hent outlook",
    "last ned outlook", "få outlook", "lähetetty",
    "skaff deg outlook", "laden sie outlook", "scarica outlook",
    "hanki outlook", "gesendet von", "von meinem", "gesendet mit", "gesendet über", "outlook für", "envoyé de",
    "envoyé depuis", "envoyé à partir",
    "obtenir outlook", "télécharger outlook", "enviado do", "enviado desde", "enviado a partir", "obter o outlook",
    "obtener outlook",
    "inviato da", "verzonden vanaf", "verzonden vanuit", "verstuurd vanaf", "wysłane z", "wysłano z", "odesláno z",
    "отправлено с", "iphone’umdan",
    "iphone'umdan", "iphoneから", "发自我的", "從我的", "trimis de pe", "az iphone", "أُرسلت من", "στάλθηκε από",
    "tải outlook", "via mobile", "sent by", "from my", "sent on the go", "skickad från", "skrivet på mobilen",
    "skrivet på telefonen", "skickat i farten", "hämta bluemail", "get bluemail", "diese nachricht wurde von meinem",
)  # fmt: skip
DEVICES = (
    "iphone", "ipad", "android", "samsung", "galaxy", "outlook", "mail", "gmail", "yahoo", "mobil", "telefon",
    "phone", "blackberry", "huawei", "xperia", "windows", "cell", "bluemail", "on the go", "i farten", "proton",
    "tablet", "smartphone", "surface", "nokia", "oneplus", "pixel", "sparrow", "spark", "iphonesta", "luuri",
)  # fmt: skip

DISCLAIMERS = (
    "detta e-postmeddelande", "detta e-mail", "detta mejl och", "detta mail och", "detta meddelande och",
    "detta meddelande är avsett", "detta meddelande kan", "detta mejl kan", "detta mail kan", "av misstag",
    "privileged", "denna e-post", "innehållet i detta", "this e-mail", "this email and",
    "this email is", "this email may", "this message and", "this message is", "this message may",
    "denna information är", "uteslutande avsed", "endast avsed", "avsedd för adressaten", "underrätta avsändaren",
    "meddela avsändaren", "förstör detta", "radera detta", "radera mejlet", "diese information ist",
    "diese e-mail enthält", "ausschließlich für den adressaten", "den absender", "vernichten",
    "this communication", "the information contained", "the information in this",
    "if you are not the intended", "om du inte är rätt mottagare", "om du inte är avsedd mottagare",
    "om du har fått detta", "om du fått detta",
    "if you have received this", "confidentiality notice", "confidential", "konfidentiell", "sekretess",
    "disclaimer", "dataskydd", "gdpr",
    "behandling av personuppgifter", "behandlar personuppgifter", "behandlar dina personuppgifter", "vi behandlar",
    "för information om hur", "läs mer om hur vi", "så behandlar vi", "så hanterar vi", "när du mejlar",
    "när du mailar", "när du skickar e-post", "vår integritetspolicy", "integritetspolicy",
    "privacy policy", "privacy notice", "tänk på miljön", "please consider the environment",
    "think before you print", "skriv inte ut", "tænk på miljøet", "tenk på miljøet",
    "denne e-post", "denne mail", "denne e-mail", "tämä sähköposti", "tämä viesti", "diese e-mail",
    "diese nachricht", "ce message", "ce courriel",
    "este mensaje", "este correo", "this transmission", "virus-free", "virusfri", "avast", "registered in",
    "registered office", "styrelsens säte", "allmänna villkor", "the contents of this",
)  # fmt: skip
NOT_NAMES = words(
    """
    akut akuta brådskande hjälp tack viktigt obs urgent help thanks ja nej ok okej yes no asap snälla please sos
    panik inget ingen ingenting allt alla inte fel felet fungerar funkar trasig dött död nere problem fråga
    frågor svar hej växeln telefonen telefoni numret huvudnumret kön snarast omgående mycket nu idag direkt
    bifogat bilaga bild bifogar nothing still not working broken down dead critical kritiskt haster hastar
    vigtigt viktig kiire kiireellinen information ärende status
    """
)
PARTICLES = words(
    """
    von af de van der den da i på på vid hos gm genom och & - och av la el du bin
    """
)
