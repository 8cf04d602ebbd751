"""German: words that hold in its own sessions, beside the English ones. Data, sorted."""

from services.segment.rules.lexicon.words import Lexicon, words

GERMAN = Lexicon(
    particles=words(
        """
        am an auf dem der und vom zum zur
        """
    ),
    titles=words(
        """
        abg dipl dr ing prof
        """
    ),
    roles=words(
        """
        abgeordnete abgeordneter alterspräsident alterspräsidentin bundeskanzler bundeskanzlerin
        bundesminister bundesministerin dolmetscher dolmetscherin fragesteller fragestellerin gast
        ministerin moderation moderator moderatorin präsident präsidentin publikum redner rednerin referent
        referentin schriftführer schriftführerin sprecher sprecherin teilnehmer teilnehmerin
        versammlungsleiter vizepräsident vizepräsidentin vorsitzende vorsitzender zuhörer zuhörerin zuruf
        zwischenfrage zwischenruf
        """
    ),
    modifiers=words(
        """
        amtierende amtierender aus das dem der die erste erster frau herr männlich saal stellvertretende
        stellvertretender unbekannt unbekannte unbekannter vom weiblich zweite zweiter
        """
    ),
    not_speakers=words(
        """
        achtung anmerkung antrag antwort aufgabe beispiel bemerkung beschluss betreff datum dauer ergebnis
        fazit frage fragen gedanke grund hinweis idee inhalt kontakt nachricht notiz ort problem punkt
        quelle raum schritt sprache stichwort tagesordnung termin thema titel uhrzeit vorschlag warnung zeit
        ziel zitat zusammenfassung übersetzung
        """
    ),
    starters=words(
        """
        aber alle allerdings also anders auch aufgrund ausserdem bei bevor bis bitte dabei dadurch dafür
        dagegen daher damit danach dann daran darauf daraus darin darum dass dazu denn dennoch deshalb diese
        diesem diesen dieser dieses doch dort drittens durch eine einem einen einer eines einfach er ersten
        erstens es etwas euch für gegen genau gibt haben hat hatte hier hinter ich ihm ihn ihnen ihr ihre
        immer ist ja jede jeder jedoch jetzt kann kein keine können man manche mehr mein meine mit nach
        natürlich neben nein nicht nichts noch nun nur ob oder ohne schon sehr sein seine seit selbst sich
        sie sind sogar sondern sonst statt trotz trotzdem unser unsere unter viele vielleicht von vor wann
        waren warum was welche welcher wenn wer werden weshalb wie wieder wieso wir wird wurde während
        zuerst zunächst zwar zweitens zwischen über
        """
    ),
    predicates=words(
        """
        aber bin bist dass haben hat ich ihr ist kann nicht oder seid sie sind waren warum was wenn werden
        weshalb wie wir wird wurde
        """
    ),
    noises=(
        r"(?:lebhafter |anhaltender |starker )?beifall\b",
        "applaus$",
        r"gelächter\b",
        "glocke der präsidentin",
        "glocke des präsidenten",
        r"heiterkeit\b",
        r"lachen\b",
        "mikrofon aus$",
        "musik$",
        "ohne mikrofon$",
        "pause$",
        r"spricht \w+$",
        "stille$",
        "technische probleme$",
        r"unruhe\b",
        "unverständlich$",
        r"widerspruch\b(?= (?:bei|von|des|der)|$)",
        r"zurufe?\b(?! (?:ist|war|sind))",
        r"zwischenrufe?\b",
    ),
    bare_sounds=("APPLAUS", "BEIFALL", "HEITERKEIT"),
    said=(
        "bin",
        "danke",
        "das",
        "dies",
        "diese",
        "du",
        "er",
        "es",
        "habe",
        "haben",
        "hat",
        "ich",
        "ihr",
        "ihre",
        "ist",
        "ja",
        "mein",
        "meine",
        "mich",
        "mir",
        "nein",
        "nicht",
        "sie",
        "sind",
        "uns",
        "unser",
        "unsere",
        "war",
        "waren",
        "wir",
    ),
    ends=(
        (
            r"(?:(?:schluss|schlu\u00df|ende)(?: der (?:sitzung|versammlung|veranstaltung))?:?|"
            "(?:die )?sitzung (?:ist |wird |wurde )?(?:geschlossen|beendet|"
            r"unterbrochen):?)\s+\d{1,2}[.:]\d{2}(?:\s?uhr)?"
        ),
    ),
    end_initials=frozenset("SsEeDd"),
    end_brackets=(
        "(?:die )?sitzung (?:ist |wird )?(?:geschlossen|beendet)",
        r"(?:schluss|schlu\u00df|ende)(?: der (?:sitzung|versammlung|veranstaltung|aufnahme))?",
    ),
    end_sentences=("(?:die )?sitzung ist (?:geschlossen|beendet)", "ich schließe die (?:sitzung|versammlung)"),
    shown=("einspielung", "film", "teil", "teils", "video", "zitat", "zitats"),
    keys=(
        "datum",
        "dauer",
        "dokument",
        "kontakt",
        "ort",
        "raum",
        "saal",
        "sitzung",
        "sprache",
        "thema",
        "titel",
        "uhrzeit",
        "veranstaltung",
        "zeit",
    ),
    title_keys=("thema", "titel"),
    room_keys=("ort", "raum", "saal"),
    about=("transkript", "unkorrigiert", "untertitel", "vorläufige", "wortprotokoll"),
    disclaimers=("kein wortprotokoll", "keine gewähr für (?:die )?(?:richtigkeit|vollständigkeit)"),
    captioned=("(?:live-?)?(?:untertitel|untertitelung|schriftdolmetschen|transkript)(?: von| durch|:)",),
    sections=("anwesend|anwesende|inhalt|links|protokoll|tagesordnung|teilnehmer|transkript",),
    transcripts=("mitschrift", "plenarprotokoll", "transkript", "wortprotokoll"),
    editions=(("draft", "entwurf(?= |$)"),),
    places=("hörsaal", "saal"),
    months=(
        r"januar|jänner|jan\.?",
        r"februar|feb\.?",
        "märz",
        r"april|apr\.?",
        "mai",
        "juni",
        "juli",
        r"august|aug\.?",
        r"september|sept?\.?",
        r"oktober|okt\.?",
        r"november|nov\.?",
        r"dezember|dez\.?",
    ),
    day_marks=(r"\.",),
    weekdays=("dienstag", "donnerstag", "freitag", "mittwoch", "montag", "samstag", "sonnabend", "sonntag"),
    greetings=(
        "also",
        "bitte",
        "danke",
        "grüß gott",
        "guten (?:morgen|tag|abend)",
        "hallo",
        "herzlich willkommen",
        "ich",
        "ja",
        "liebe",
        "meine (?:sehr )?(?:verehrten |geehrten )?damen",
        "sehr geehrte",
        "vielen dank",
        "willkommen",
        "wir",
    ),
    spoken=("bitte", "danke", "hallo", "ich", "mich", "mir", "sie", "uns", "unser", "unsere", "wir"),
)
"""German."""
