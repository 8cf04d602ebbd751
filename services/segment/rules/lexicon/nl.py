"""Dutch: words that hold in its own sessions, beside the English ones. Data, sorted."""

from services.segment.rules.lexicon.words import Lexicon, words

DUTCH = Lexicon(
    particles=words(
        """
        't de den der en het in op ten ter van vanden vander
        """
    ),
    titles=words(
        """
        dhr dr drs ing ir mevr mr mw prof
        """
    ),
    addresses=words(
        """
        dhr. heer meneer mevr. mevrouw mw.
        """
    ),
    roles=words(
        """
        burgemeester commissaris deelneemster deelnemer deelnemers gast gastheer gastvrouw
        gespreksleider griffier inspreker interviewer journalist kamerlid lid minister
        minister-president moderator ondervoorzitter panellid premier presentator presentatrice
        publiek raadslid rapporteur secretaris secretaris-generaal spreekster spreker
        staatssecretaris tolk verslaggever vertaler vicevoorzitter voorzitter vragensteller
        vragenstelster wethouder woordvoerder zaal
        """
    ),
    modifiers=words(
        """
        buiten de een eerste heer het mannelijke meneer mevrouw microfoon onbekend onbekende
        plaatsvervangend tweede uit van vrouwelijke waarnemend zonder
        """
    ),
    not_speakers=words(
        """
        aandacht aanleiding actie adres afspraak antwoord antwoorden bericht besluit besluiten
        bijlage bron citaat conclusie conclusies contact datum doel doelstelling duur einde gedachte
        idee inleiding kop les locatie motie notitie onderwerp oorzaak opdracht oplossing opmerking
        plaats probleem punt reden resultaat samenvatting slot stap stelling taal tekst thema tijd
        tip titel toelichting uitkomst uitleg vertaling voorbeeld voorstel vraag vragen waarschuwing
        """
    ),
    starters=words(
        """
        aan aangezien al alle alleen allemaal als ander andere anders bedankt behalve ben bij
        bijvoorbeeld binnen boven daar daarmee daarna daarom dan dank dat deze die dit doe doet door
        dus echter een eerst eigenlijk elk elke er even eén gaan geen gewoon goed goedemorgen graag
        haar had hallo hebben hebt heeft hem hen hetzelfde hier hij hoe hoeveel hun iedereen iemand
        iets ik ja je jij jouw jullie kan kon kunnen maar mag meer men met mijn misschien moet
        moeten na naar nadat namelijk natuurlijk nee niemand niet niets nog nogmaals nooit nu of
        ofwel om omdat onder ons onze ook over sinds soms steeds tegen tenslotte toch toen tot
        tussen uw vandaag vanuit vanwege veel verder volgens voor voordat waar waarom wanneer want
        waren was wat we weer wel welk welke werd wie wij wil wilde worden wordt zal ze zeg zegt zei
        zelf zelfs zich zij zijn zo zoals zonder zou zullen
        """
    ),
    predicates=words(
        """
        ben dat doet hebben heeft hij hoe ik is jullie kan kunnen maar moet moeten niet omdat waarom
        wanneer want waren wat werd wij wil worden wordt zal ze zegt zij zijn zou zullen
        """
    ),
    noises=(
        r"(?:luid |lang |langdurig )?applaus\b",
        "buiten de microfoon$",
        "geen geluid$",
        r"gejoel\b",
        r"geklap\b",
        r"gelach\b",
        r"geroezemoes\b",
        r"geroffel(?: op de bank(?:en|jes))?\b",
        "hamerslag$",
        r"hilariteit\b",
        "microfoon (?:uit|staat uit)$",
        "muziek$",
        "onhoorbaar$",
        "onverstaanbaar$",
        "pauze$",
        r"rumoer\b",
        "schorsing$",
        r"spreekt \w+$",
        "stilte$",
        "technische problemen$",
        r"tumult\b",
        "zonder microfoon$",
    ),
    bare_sounds=("APPLAUS", "GELACH"),
    said=(
        "bedankt",
        "ben",
        "dank",
        "dat",
        "dit",
        "een",
        "er",
        "ga",
        "heb",
        "hebben",
        "heeft",
        "het",
        "hij",
        "ik",
        "is",
        "ja",
        "je",
        "jij",
        "jullie",
        "maar",
        "me",
        "mij",
        "mijn",
        "nee",
        "niet",
        "ons",
        "onze",
        "u",
        "uw",
        "was",
        "we",
        "wij",
        "zij",
        "zijn",
    ),
    ends=(
        (
            "(?:(?:sluiting|einde)(?: van de (?:vergadering|bijeenkomst))?:?|(?:de )?(?:vergadering|"
            "bijeenkomst) (?:is|wordt|werd) (?:gesloten|geschorst|"
            r"beëindigd)(?: om)?:?)\s+\d{1,2}[.:]\d{2}(?:\s?uur)?"
        ),
    ),
    end_initials=frozenset("SsEeDdVvBb"),
    end_brackets=(
        "(?:de )?(?:vergadering|bijeenkomst) (?:is |wordt )?(?:gesloten|beëindigd)",
        "(?:einde|sluiting)(?: van)?(?: de| het)? (?:vergadering|bijeenkomst|opname|transcriptie|verslag)",
    ),
    end_sentences=(
        "(?:de )?(?:vergadering|bijeenkomst) is (?:hiermee )?(?:gesloten|beëindigd)",
        "(?:hiermee |dan |ik )*sluit ik (?:de|deze) (?:vergadering|bijeenkomst)",
        "ik sluit (?:hiermee )?(?:de|deze) (?:vergadering|bijeenkomst)",
    ),
    shown=("citaat", "deel", "film", "filmpje", "fragment", "video"),
    keys=(
        "contact",
        "datum",
        "document",
        "duur",
        "evenement",
        "locatie",
        "onderwerp",
        "plaats",
        "sprekers",
        "taal",
        "thema",
        "tijd",
        "tijdstip",
        "titel",
        "vergadering",
        "zaal",
    ),
    title_keys=("onderwerp", "thema", "titel"),
    room_keys=("locatie", "plaats", "zaal"),
    about=("geen officieel verslag", "ondertiteling", "ongecorrigeerd", "schrijftolk", "transcriptie"),
    disclaimers=("geen (?:officieel|woordelijk) verslag", "kan (?:tik|transcriptie)?fouten bevatten"),
    captioned=(
        (
            "(?:live )?(?:ondertiteling|ondertiteld|schrijftolk(?:en)?|transcriptie|"
            "verslag)(?: verzorgd)?(?: door| van|:)"
        ),
    ),
    sections=("aanwezigen?|agenda|deelnemers|inhoud|links|notulen|transcriptie|verslag",),
    transcripts=("(?:woordelijk )?verslag", "notulen", "transcriptie"),
    editions=(("draft", "(?:concept|ontwerp)verslag(?= |$)"),),
    places=("commissiezaal", "plenaire zaal", "zaal"),
    months=(
        r"januari|jan\.?",
        r"februari|feb\.?",
        r"maart|mrt\.?",
        r"april|apr\.?",
        "mei",
        r"juni|jun\.?",
        r"juli|jul\.?",
        r"augustus|aug\.?",
        r"september|sept?\.?",
        r"oktober|okt\.?",
        r"november|nov\.?",
        r"december|dec\.?",
    ),
    weekdays=("dinsdag", "donderdag", "maandag", "vrijdag", "woensdag", "zaterdag", "zondag"),
    greetings=(
        "bedankt",
        "beste",
        "dag",
        "dames en heren",
        "dank",
        "geachte",
        "goedemiddag",
        "goedemorgen",
        "goedenavond",
        "goedendag",
        "hallo",
        "hartelijk welkom",
        "heel goed",
        "ik",
        "ja",
        "meneer de voorzitter",
        "nou",
        "oké",
        "voorzitter",
        "we",
        "welkom",
        "wij",
    ),
    spoken=(
        "bedankt",
        "dank",
        "goedemorgen",
        "hallo",
        "ik",
        "jullie",
        "mij",
        "ons",
        "onze",
        "wij",
    ),
)
"""Dutch."""
