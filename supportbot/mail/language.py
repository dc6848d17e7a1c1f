"""Text of a mail -> its language: "sv", "en", "no", "da", "fi" or "other".

Pure and deterministic: a table of weighted words, letters and endings, no library. The trap: Norwegian and Danish
share most words, so only what one of them never writes tells them apart; and Swedish is also written without å ä ö.
"""

import re
from functools import lru_cache

from supportbot.mail.message import Language

MAX_CHARS = 4000
_LANGUAGES: tuple[Language, ...] = ("sv", "en", "no", "da", "fi", "other")

# Words that a language writes often; of the Nordic ones, also those that only one of them writes.
WORDS: dict[Language, str] = {
    "sv": """
        och att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när
        år under också efter eller nu sin där vid mot ska skulle kommer ut får finns vara hade alla andra mycket
        än här då sedan över bara in blir upp även vad få två vill ha många hur mer går kunde något er ni mig
        oss dig hon hej hejsan hälsningar vänliga tack inget ingen igår idag imorgon växeln samtal telefon
        ringer ringa fungerar funkar numret någon några måste gör göra gjort skickar behöver sen sån hos ju väl
        nog lite samma innan utan bra mejl mejlet mvh vänlig ej och/eller hit dit varför vilken vilket vilka
        vårt våra vår era ert dom asså typ varit blivit kopplas svarar stängt öppettider ärende ärendet faktura
        fakturan luren lampan tyst fel felet dött trasig beställa lägga ändra ar fran nar sa dar ocksa nagon
        nagot vaxeln vart halsningar vanliga behover maste gora gar far forsta igar tva manga aven hall darfor
        varfor oppettider arende stangt da an pa inga stadar lagga daremot lange nasta jattekonstigt knapp ocks
        skickat min kolla testat starta startat ringt ringde provat prova funka funkade kommit hjalp hjalpa a e
        va å ä ja sj o int te nan nagra mej dej sej oxå nåt nån stått slutat stängs åt kund kunden anknytning
        svarsgrupp
        saknas utbildning boka bokar hela tiden god jul helg måndag tisdag onsdag torsdag fredag lördag söndag
        uppsägning säga abonnemang skärm skärmen headsetet appen nere felanmälan nytt nya börjar slutar
        flyttar flytt väntar besked beställning akut driftstopp driftstörning huvudnummer huvudnumret byta byte
        lösenord lösenordet användare användaren bruten brutet brutna misslyckas misslyckades nummer licens fast
        visas visar hänvisning vidarekoppling svarsgruppen röstbrevlåda saknar glömt loggar startar slut mobil
        klart receptionen ton nej felmeddelande felmeddelandet
        meddelande meddelandet ditt lästes
    """,
    "en": """
        the and of to in is that it for was on are as with be this have from or by not but what all were we when
        your can there an which their if will each about how up out them then she many some so these would other
        into has more her two him see could no make than first been its who now people my made over did down
        only way find use may water long little very after words called just where most know i you our they he
        his us do does please hello hi thanks thank regards phone phones calls call working since still any need
        cannot can't don't doesn't isn't didn't it's i'm we're we've you're hey number office back at me
        customer customers best kind anyone nobody today yesterday again add invoice because before while dead
        line stopped broken button order cards same like another
        monday tuesday wednesday thursday friday training number main request user users desktop caller wrong shown
        switchboard unreachable offline online full voicemail password reset broken question issue issues problem
        love good looks sounds seen see done great perfect sure okay cheers agree agreed attached screenshot feature
        integration stuck team teams login fails meeting room booked too slow loud late welcome
        urgent outage queue queues hours opening change delete remove account order missing headset desk mobile
        app apps crashes drop drops audio sound incoming outgoing test subject message error failed failure
    """,
    "no": """
        og det som på er av for med til den har de ikke om et han men var jeg seg fra vi så kan når år under
        også etter eller nå sin der ved mot skal skulle kommer ut får finnes være hadde alle andre mye enn her
        da over bare inn blir opp hva få vil ha mange hvordan mer går kunne noe dere meg oss deg hei hilsen
        vennlig takk ingen igår idag telefonen ringer ringe fungerer nummeret noen må gjør gjøre sender trenger
        hvorfor hvilken hvem hvor vår våre vårt deres ei ikkje eg ein dykk kva mi siden vennligst hverandre
        sentralbordet anrop samtaler bruker bestille gjennom blitt vært mellom fremdeles fortsatt egen selv nei
        åpningstider feil virker sjekke beskjed uke uken nytt nye ny gjerne koster dag jobber jobb ligger stille
        hjelp hjelpe haster slik disse denne dette innkjøp ganger rett svarer kunden kundene begge flere
        mandag tirsdag onsdag torsdag fredag lørdag søndag hele tida tiden krasjer mars skjerm skjermen lyd
        abonnement si begynner slutter flytter flytte venter bestilling tatt imot verken linja linje kø køen dårlig
        spørsmål passord glemt bruker brukere brukeren samtale samtalen samtalene faller nede hodesett logget
        min mitt ditt sitt hjem hjemme hver hvert kveld formiddag ettermiddag kom tok fikk gikk sto lukker åpner
        stengt bestilte kjøpte byttet slettet adresse regning regningen etternavn betaler butikken borte lyden nettet
        innlogging pålogging endre endring varsling henger ansatt ansatte kontoret haster
        nett nettet utenfor jobb jobbtelefon appen samme privat
    """,
    "da": """
        og det som på er af for med til den har de ikke om et han men var jeg sig fra vi så kan når år under
        også efter eller nu sin der ved mod skal skulle kommer ud får findes være havde alle andre meget end her
        da over bare ind bliver op hvad få vil ha mange hvordan mere går kunne noget jer jeres mig os dig hej
        hilsen venlig tak ingen igår idag telefonen ringer ringe virker nummeret nogen må gør gøre sender
        mangler hvorfor hvilken hvem hvor vores deres i lige selv uden blevet været mellem stadig nej
        åbningstider fejl venligst opkald samtaler bruger bestille igennem omstillingen besked uge ugen nyt nye
        ny gerne koster dag arbejder tit lidt måske ligger kunden kunderne haster hjælp hjælpe derfor hedder
        siger synes prøvet hvis venlige stille kollegaer siden sidst gammel gamle gang begge flere rigtig disse
        denne dette nogle jo altså
        mandag tirsdag onsdag torsdag fredag lørdag søndag hele tiden marts skærm skærmen lyd abonnement opsige opsiger
        starter stopper flytter flytte venter bestilling hverken linje linjen kø køen dårlig spørgsmål adgangskode
        adgangskoden bruger brugere brugeren samtale samtalen samtalerne afbrydes hænger glemt logge kontoret ændre
        min mit dit sit hjem hjemme hver hvert aften formiddag eftermiddag kom tog fik gik stod lukker lukket åbner
        åbnet bestilte købte skiftede nulstillet adresse regning regningen efternavn betaler butikken pris besøg
        ændring medarbejder medarbejdere hovednummer hovednummeret nede brug
        viderestille viderestiller ned have både appen samme privat private
    """,
    "fi": """
        ja on ei se että en ole oli hän mutta kun niin myös tai kuin jos mitä vain nyt olen sitä tämä minä sen
        siitä me ne voi sekä joka kaikki hei moi moikka moro terve kiitos terveisin meidän teidän meillä teillä
        puhelin puhelimet puhelu puhelut numero numeron toimi toimii soittaa voitteko voisitteko yhteys
        asiakkaat eilen tänään huomenna viime viikolla kuulu kuuluu olla vielä mitään mikään kukaan miten miksi
        koska sitten ilman jo aina eikä ovat olemme emme minun minulla t uusi uuden viikon asti alkaen pois
        päälle vika hinta paljonko maksaa lasku tilata kello apua kiire kiireellinen vaihde vaihteen lisätä
        poistaa avata saada saa pitää sisään ulos ulospäin päänumero päänumeromme näkyy katkeaa pätkii johtuu
        näyttö pimeä salasana unohtunut unohtui kirjautuminen onnistu rikki laskutus tilaus muutos ääni ääntä ongelma
        käyttäjä käyttäjän liittymä liittymän soi soita aukioloajat vaihteemme alhaalla poikki
    """,
    "other": """
        der die das und ist nicht ein eine ich wir sie mit auf für von dem den im zu auch es sich bei haben hat
        wird werden wurde kann können bitte danke guten tag hallo grüße freundlichen seit unsere unser mehr kein
        keine noch wie aus nach uns ihnen ihre wenn oder aber telefon geht le la les des et est une un pas pour
        que qui dans sur avec nous vous je ne au aux du ce cette sont plus notre votre bonjour merci
        cordialement depuis mais ou très fait être peut téléphone il elle on de à en se el los las una por con
        para no del lo como pero sus este esta ha hola gracias saludos desde nuestro nuestra teléfono tenemos
        muy son hay o os as um uma não com da do em dos na obrigado obrigada bom dia olá telefone temos está gli
        che di è non per sono della dei abbiamo nostro nostra grazie buongiorno ciao telefono più anche het een
        van niet dat wij zijn voor met op aan ook maar wordt naar bij kan kunnen geen goedemorgen geachte beste
        groet dank onze telefoon hebben heeft jest nie się że to w z i jak od po ale czy mamy proszę dzień dobry
        dziękuję pozdrawiam nasz nasze działa są przez dobrý děkuji prosím není jsem jsme že nefunguje ve
        muchas muchos merci beaucoup
        merhaba teşekkürler bir bu için değil çok ama ile var yok zdravo nije smo hvala molim bună ziua sunt nu
        mulțumesc și pentru cu
        nous plus sin geen doet wir keine nicht nächste woche störung möglich funktioniert verbindung große größe
        schon gibt unser vom zum zur über heute gestern morgen
    """,
}

# Words that tell neighbours apart, with the weight of one; "*" stands for any ending.
# What Swedish shares with just one of the others stands in both rows.
MARKS: tuple[tuple[Language, float, str], ...] = (
    (
        "sv",
        4.0,
        """
        av ut oss både vår våra vårt efter nu hej mig dig sig gå få fått gått hos utan ej
    """,
    ),
    (
        "sv",
        3.0,
        """
        och att är inte jag från någon några måste också vänlig* hälsn* ni varför mejl* fungerar ä va asså
    """,
    ),
    (
        "sv",
        2.0,
        """
        att jag inte ni vad och nagon fran halsn* vanlig* maste nar dar eller kommer sedan finns inget tack
    """,
    ),
    (
        "no",
        4.0,
        """
        dere meg deg seg av noe noen nå hva mye ble blitt etter bare opp ut vennlig takk hei ikkje fremdeles enn både
        sånn oss gjør* gjennom bruker trenger vår våre vårt fått gått også uke* ringer fungerer
        sentralbord* anrop* åpne* hvordan
    """,
    ),
    (
        "da",
        4.0,
        """
        jeres jer mig dig sig af noget nogen nogle nu hvad meget blev blevet efter op ud venlig venligst tak hej end
        bliver os gør igennem mangler vores fået gået uge* virker omstilling* opkald* åben åbne åbning*
        lige hvis uden kun
        lidt gerne selv måske hvem hinanden
    """,
    ),
    ("no", 1.5, "jeg og ikke"),
    ("da", 1.5, "jeg og ikke"),
    (
        "en",
        1.5,
        """
        the and is are our we you please have with this that from been can't won't does not
    """,
    ),
)

# Letters and endings: how much each one found says for a language (or, below zero, against it).
SHAPES: tuple[tuple[Language, float, str], ...] = (
    ("sv", 1.2, r"ck|\w{3,}(?:as|ts)\b"),
    ("sv", 0.6, r"\w{3,}(?:ar|or|arna|orna)\b"),
    ("no", 2.0, r"(?:sk|k|g)j[eæø]|øy|ei\w"),
    ("da", 2.0, r"(?:sk|k|g)æ|øj|[^\Whn]ej"),
    ("fi", 1.0, r"[äö]|tk|hm|lm|kk|tt[aäu]|uo|ie\w"),
    ("sv", 2.0, r"[äö]"),
    ("sv", 0.4, r"å"),
    ("no", 0.4, r"å"),
    ("da", 0.4, r"å"),
    ("sv", -2.0, r"[æø]"),
    ("sv", 1.0, r"\w{2,}(?:ning|else|het|are|skap|nummer)\b"),
    ("sv", 0.7, r"\w(?:ningen|ningar|arna|orna|erna|tionen|skt|igt|ck(?:a|e|ar|t|at)?|ade|ats|ssa|ll)\b"),
    ("no", 1.0, r"[æø]"),
    ("no", -1.5, r"[äö]"),
    (
        "no",
        2.0,
        r"\w{3,}(?:sjon(?:en|er)?|kk(?:e|er|et)?|tt|skap(?:et)?|heten|nummeret|ingen)\b|\bhv(?:a|em|or)\b|\bøy\w*",
    ),
    ("da", 1.0, r"[æø]"),
    ("da", -1.5, r"[äö]"),
    ("da", 2.0, r"\w{2,}(?:tion(?:en|er)?|hed(?:en)?|ede[ts]?|eret|ej(?:e|er|l\w*)?|gt|øj\w*|æ[ds]\w*|ød\w*)\b"),
    ("fi", 1.5, r"\w(?:yy|öö|aa|uu|ii)"),
    ("fi", 3.0, r"ää|\w{3,}ä\b"),
    ("fi", 1.5, r"\w{3,}(?:ss[aä]|st[aä]|ll[aä]|lt[aä]|lle|mme|nne|tte|kaan|kään|ksi|v[aä]t|sti|k[oö])\b"),
    ("fi", 1.5, r"\w{2,}(?:minen|inen|mys|tys|nut|nyt|neet|iset|ista|ita)\b"),
    ("en", -3.0, r"[äöåæø]"),
    ("en", 1.5, r"\w{3,}(?:ing|tion|ed|ly|ght)\b"),
    ("other", 4.0, r"[ßłżźśćńąęőűğışțșčřžůěñ¿¡ãõêâîûœ]|\b(?:l'|d'|qu'|c'est|j'ai)"),
    ("other", 1.5, r"[üçèàùìò]|\bsch\w+|\w+(?:lich|keit|ção|ción|zione|aux|ijk)\b"),
    ("other", 3.0, r"\w{3,}ung(?:en)?\b"),
)

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LINK = re.compile(r"\bwww\.|https?://")
_DIGIT = re.compile(r"\d")
_LONGEST_WORD = 60
_FEW_WORDS = 12
_CLEAR = 3.0
"""How far one language must lead in a short text."""
_FOREIGN = re.compile(r"[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0002ffff]")
_SHAPES = tuple((language, weight, re.compile(pattern)) for language, weight, pattern in SHAPES)


def _weights() -> dict[str, list[tuple[Language, float]]]:
    """Each word of the tables with what it says: the fewer languages share it, the more."""
    owners: dict[str, list[Language]] = {}
    for language, words in WORDS.items():
        for word in dict.fromkeys(words.split()):
            owners.setdefault(word, []).append(language)
    weights = {
        word: [(language, (3.0 if len(word) > 1 else 1.0) / len(those) ** 1.5) for language in those]
        for word, those in owners.items()
    }
    for language, weight, marks in MARKS:
        for word in dict.fromkeys(marks.split()):
            if word[-1] != "*":
                weights.setdefault(word, []).append((language, weight))
    return weights


_WEIGHTS = _weights()
_STEMS = tuple(
    (language, weight, tuple(word[:-1] for word in marks.split() if word[-1] == "*"))
    for language, weight, marks in MARKS
    if "*" in marks
)


def detect(text: str, subject: str = "") -> Language:
    """The language of a text; "other" for any that is not one of the five, and for a text without words. Linear.

    The subject, which may be another's, is asked only where the text says little and leaves it open.
    """
    tokens = _words_of(text)
    if not _is_latin(tokens) and _is_foreign(tokens):
        return "other"
    scores = _weighed(tokens)
    if subject and len(tokens) < _FEW_WORDS and not _is_clear(scores):
        scores = _weighed([*_words_of(subject), *tokens])
    best = max(scores, default=0.0)
    return _LANGUAGES[scores.index(best)] if best > 0 else "other"


def _words_of(text: str) -> list[str]:
    return [token for token in text[:MAX_CHARS].split() if token.isalpha() or not _DIGIT.search(token)]


def _weighed(tokens: list[str]) -> list[float]:
    """What all words say together for each of _LANGUAGES; nothing where none says anything."""
    said = [score for token in tokens for score in _of_token(token[:_LONGEST_WORD])]
    return list(map(sum, zip(*said, strict=True)))


def _is_clear(scores: list[float]) -> bool:
    first, second = sorted(scores, reverse=True)[:2] if scores else (0.0, 0.0)
    return first - second >= _CLEAR


@lru_cache(maxsize=20_000)
def _of_token(token: str) -> tuple[tuple[float, ...], ...]:
    """What each word says that stands between two spaces; words that say nothing are left out."""
    return tuple(filter(None, map(_says, _WORD.findall(_readable(token)))))


def _readable(token: str) -> str:
    """In small letters; nothing of an address, of a link, nor of anything else too long to be a word."""
    if len(token) >= _LONGEST_WORD or "@" in token[1:-1]:
        return ""
    return _LINK.split(token, maxsplit=1)[0].replace("’", "'").lower()


def _is_latin(tokens: list[str]) -> bool:
    """Whether all of it is in Latin-1, as it mostly is."""
    try:
        return bool("".join(tokens).encode("latin-1"))
    except UnicodeEncodeError:
        return False


def _is_foreign(tokens: list[str]) -> bool:
    """Whether more than a third of its letters belong to other scripts."""
    readable = " ".join(map(_readable, tokens))
    return len(_FOREIGN.findall(readable)) > sum(map(len, _WORD.findall(readable))) / 3


def _says(word: str) -> tuple[float, ...]:
    """What one word says for or against each of _LANGUAGES: by the tables, and by its letters and endings.

    Empty where it says nothing at all.
    """
    said: dict[Language, float] = dict.fromkeys(_LANGUAGES, 0.0)
    for language, weight in _WEIGHTS.get(word, ()):
        said[language] += weight
    for language, weight, stems in _STEMS:
        if word.startswith(stems):
            said[language] += weight
    for language, weight, pattern in _SHAPES:
        if found := len(pattern.findall(word)):
            said[language] += weight * found
    return tuple(said.values()) if any(said.values()) else ()
