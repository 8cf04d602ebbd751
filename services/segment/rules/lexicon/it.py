"""Italian: words that hold in its own sessions, beside the English ones. Data, sorted."""

from services.segment.rules.lexicon.words import Lexicon, words

ITALIAN = Lexicon(
    particles=words(
        """
        d' da dal dalla de degli dei del della delle di e il la le lo
        """
    ),
    titles=words(
        """
        avv dott dott.ssa dr dr.ssa geom ing mons on prof prof.ssa rag sen sig sig.na sig.ra sigg
        """
    ),
    addresses=words(
        """
        dottor dottoressa on. onorevole sig. sig.na sig.ra signorina
        """
    ),
    roles=words(
        """
        conduttore conduttrice consigliera consigliere coordinatore coordinatrice deputata deputato
        giornalista interprete intervistatore intervistatrice ministra ministro moderatore
        moderatrice onorevoli oratore oratrice ospite partecipante presidente presidentessa pubblico
        relatore relatrice sala segretaria segretario senatore senatrice sindaca sindaco
        sottosegretaria sottosegretario spettatore spettatrice vicepresidente voce voci
        """
    ),
    modifiers=words(
        """
        al da dal dalla del dell' della di fuori generale il in l' la lo onorevole prima primo
        sconosciuta sconosciuto seconda secondo signor signora signorina terza terzo un una uno
        """
    ),
    not_speakers=words(
        """
        agenda avvertenza avviso causa commento conclusione conclusioni contatti contatto data
        decisione delibera domanda domande durata esempio esito fine fonte idea indirizzo
        introduzione lingua luogo mandato messaggio motivo nota obiettivo oggetto orario
        osservazione problema proposta punto quesito ragione riassunto riepilogo risposta risposte
        risultato scopo sede sintesi soluzione suggerimento tema titolo traduzione votazione
        """
    ),
    starters=words(
        """
        adesso alcune alcuni allora altre altri anche ancora anzi appunto avete basta bene
        buongiorno c'è che chi ci cioè ciò come con cos'è cosa così da dice dicendo diciamo dire
        dobbiamo dopo dove dunque durante ebbene ecco era essere finalmente fino forse fra già
        grazie ha hanno ho infatti infine inoltre insomma invece io lei loro lui ma magari mai meno
        mentre mi mia mio molte molti molto ne nei nel nella nelle niente noi non nostra nostro
        nulla oggi ogni on oppure ora per perché perciò però più poi possiamo prego presso primo
        proprio può qual qualcosa qualcuno quale quali quando quanti quanto quei quel quella quelle
        quello questa queste questi questo qui quindi se sei sempre senza sia siamo siete solo sono
        sopra soprattutto sotto sta stata stato su sua sugli sul sulla suo tanto tra tranne tutta
        tutte tutti tutto un una uno vi voi vostra vostro è
        """
    ),
    name_words=words(
        """
        on
        """
    ),
    predicates=words(
        """
        abbiamo avete c'è che chi ciò cos'è dice dobbiamo dov'è era erano fa ha hanno ho io loro ma
        noi non perché perciò però quando quindi sarà siamo siete sono voi è
        """
    ),
    noises=(
        r"(?:vivi |lunghi |fragorosi |forti )?applausi\b",
        r"applauso\b",
        "assenso$",
        r"brusio\b",
        "colpi di tosse$",
        r"commenti(?=$| (?:dei|del|della|di)\b)",
        "fuori microfono$",
        "incomprensibile$",
        "interruzione$",
        "intervento fuori microfono",
        "inudibile$",
        "microfono spento$",
        r"mormorii\b",
        "musica$",
        r"parla in \w+$",
        "pausa$",
        "problemi? tecnic[io]$",
        r"proteste(?=$| (?:dei|del|della|di)\b)",
        r"risa\b",
        r"risate\b",
        r"rumori\b",
        "senza microfono$",
        r"si ride\b",
        "silenzio$",
        "sovrapposizione di voci$",
        "suono$",
        "voci sovrapposte$",
    ),
    bare_sounds=("APPLAUSI", "RISATE"),
    said=(
        "che",
        "ci",
        "era",
        "grazie",
        "ha",
        "ho",
        "io",
        "la",
        "lei",
        "loro",
        "lui",
        "me",
        "mi",
        "mia",
        "mio",
        "nei",
        "noi",
        "non",
        "nostra",
        "nostro",
        "questa",
        "questi",
        "questo",
        "se",
        "sei",
        "si",
        "siamo",
        "siete",
        "sono",
        "sta",
        "sua",
        "suo",
        "ti",
        "tu",
        "tutti",
        "vi",
        "voi",
        "è",
    ),
    ends=(
        (
            "(?:la (?:seduta|riunione) (?:termina|è (?:tolta|sospesa|terminata|chiusa)|si chiude)|"
            r"fine (?:della )?(?:seduta|riunione)) ?(?:alle(?: ore)?|:)?\s+\d{1,2}[.:,]\d{2}"
        ),
    ),
    end_initials=frozenset("LlFf"),
    end_brackets=(
        "(?:la )?(?:seduta|riunione) (?:termina|è (?:tolta|terminata|chiusa))",
        "fine (?:della )?(?:seduta|riunione|registrazione|trascrizione)",
    ),
    end_sentences=(
        "(?:dichiaro|è) (?:chiusa|tolta|conclusa) la (?:seduta|riunione)",
        "(?:la )?(?:seduta|riunione) è (?:tolta|chiusa|terminata)",
    ),
    shown=("brano", "citazione", "filmato", "parte", "video"),
    keys=(
        "argomento",
        "contatt[io]",
        "data",
        "documento",
        "durata",
        "evento",
        "lingua",
        "luogo",
        "ora",
        "orario",
        "partecipanti",
        "relatori",
        "sala",
        "sede",
        "seduta",
        "tema",
        "titolo",
    ),
    title_keys=("argomento", "tema", "titolo"),
    room_keys=("luogo", "sala", "sede"),
    about=("non corretto", "resoconto stenografico", "sottotitol", "testo provvisorio", "trascrizione"),
    disclaimers=("non (?:costituisce|è) un (?:resoconto|verbale) ufficiale", "può contenere errori di trascrizione"),
    captioned=(
        (
            "(?:sottotitoli|sottotitolat[oi]|sottotitolazione|resocontazione|trascrizione|"
            "trascritto)(?: in diretta)? (?:di|da|a cura di)"
        ),
    ),
    sections=("collegamenti|indice|ordine del giorno|partecipanti|presenti|resoconto|sommario|trascrizione|verbale",),
    transcripts=("resoconto(?: stenografico)?", "trascrizione", "verbale"),
    editions=(("draft", "bozza(?= |$)"),),
    places=("auditorium", "aula"),
    months=(
        r"gennaio|gen\.?",
        r"febbraio|feb\.?",
        r"marzo|mar\.?",
        r"aprile|apr\.?",
        r"maggio|mag\.?",
        r"giugno|giu\.?",
        r"luglio|lug\.?",
        r"agosto|ago\.?",
        r"settembre|sett?\.?",
        r"ottobre|ott\.?",
        r"novembre|nov\.?",
        r"dicembre|dic\.?",
    ),
    day_marks=("°", "º"),
    weekdays=("domenica", "giovedì", "lunedì", "martedì", "mercoledì", "sabato", "venerdì"),
    greetings=(
        "allora",
        "bene",
        "benvenut[eio]",
        "buon pomeriggio",
        "buona sera",
        "buonasera",
        "buongiorno",
        "care",
        "cari",
        "ciao",
        "colleghi",
        "ecco",
        "gentili",
        "grazie",
        "mi",
        "onorevoli colleghi",
        "permettetemi",
        "salve",
        "scusate",
        "signore e signori",
        "signori",
        "vorrei",
    ),
    spoken=(
        "buongiorno",
        "ciao",
        "grazie",
        "ho",
        "io",
        "noi",
        "nostra",
        "nostro",
        "siamo",
        "sono",
        "vi",
        "voi",
        "vorrei",
    ),
)
"""Italian."""
