"""French: words that hold in its own sessions, beside the English ones. Data, sorted."""

from services.segment.rules.lexicon.words import Lexicon, words

FRENCH = Lexicon(
    particles=words(
        """
        d' de des du et l' la le les
        """
    ),
    titles=words(
        """
        dr m me mgr mlle mm mme mmes pr
        """
    ),
    roles=words(
        """
        animateur animatrice assistance auditoire député députée interprète intervenant intervenante
        ministre modérateur modératrice orateur oratrice panéliste participant participante président
        présidente public rapporteur rapporteure salle secrétaire sénateur sénatrice vice-président
        vice-présidente voix
        """
    ),
    modifiers=words(
        """
        de des du en général générale hors inconnu inconnue l' la le les madame mademoiselle me mlle mm mme
        mmes monsieur off premier première un une
        """
    ),
    not_speakers=words(
        """
        adresse avertissement commentaire conclusion contact courriel date durée exemple heure idée langue
        lien lieu message motif objectif objet observation problème proposition question raison remarque
        réponse résolution résultat résumé source sujet thème titre traduction
        """
    ),
    starters=words(
        """
        ainsi alors aussi autrement avant avec beaucoup bien bref c'est car ceci cela celle celui certains
        ces cet cette chacun chaque chez combien comme comment contre d'abord dans depuis deuxièmement dire
        donc dont elle elles encore enfin ensuite entre est eux il ils jamais je lorsque maintenant mais
        merci moi même nos notre nous on ont ou où par parce parfois pas pendant peut plus pour pourquoi
        premièrement puis puisque quand que quel quelle quels qui quoi sans selon ses si soit son sont sous
        sur tous tout toute toutes très voici voilà vos votre vous également
        """
    ),
    predicates=words(
        """
        avons c'est ceci cela comment elles est et-ce ils je mais nous ont parce pourquoi puisque qu'est
        quand que qui quoi sommes sont vous étaient était êtes
        """
    ),
    noises=(
        r"(?:vifs |nombreux )?applaudissements\b",
        "assentiment$",
        r"brouhaha\b",
        r"exclamations\b",
        "hors micro$",
        r"huées\b",
        "inaudible$",
        "inintelligible$",
        "micro fermé$",
        r"mouvements divers\b",
        r"murmures\b",
        "musique$",
        r"parle en \w+$",
        "pause$",
        "problèmes? techniques?$",
        r"protestations\b",
        r"rires?\b",
        "sans micro$",
        "silence$",
        r"sourires\b",
    ),
    bare_sounds=("APPLAUDISSEMENTS", "RIRES"),
    said=(
        "c'est",
        "ce",
        "ceci",
        "cela",
        "cette",
        "elle",
        "elles",
        "est",
        "il",
        "ils",
        "je",
        "ma",
        "merci",
        "mes",
        "mon",
        "ne",
        "non",
        "nos",
        "notre",
        "nous",
        "oui",
        "pas",
        "que",
        "qui",
        "sommes",
        "sont",
        "suis",
        "tu",
        "vos",
        "votre",
        "vous",
        "ça",
        "était",
        "êtes",
    ),
    ends=(
        (
            "(?:(?:la (?:séance|réunion) (?:est|a été) (?:levée|close|suspendue|terminée)|(?:la (?:séance|"
            r"réunion)) (?:prend fin|se termine|s'achève))(?: à|:)?)\s+\d{1,2}\s?(?:h|heures)(?:\s?\d{2})?"
        ),
    ),
    end_initials=frozenset("LlSsRrFf"),
    end_brackets=(
        "(?:la )?(?:séance|réunion) (?:est |a été )?(?:levée|close|terminée)",
        "fin de l'enregistrement",
        "fin de la (?:séance|réunion|session|transcription)",
    ),
    end_sentences=(r"(?:la )?(?:séance|réunion) est (?:levée|close)", "je lève la séance"),
    shown=("citation", "extrait", "film", "partie", "vidéo"),
    keys=(
        "contact",
        "date",
        "document",
        "durée",
        "heure",
        "intervenants",
        "langue",
        "lieu",
        "salle",
        "sujet",
        "séance",
        "thème",
        "titre",
        "événement",
    ),
    title_keys=("sujet", "thème", "titre"),
    room_keys=("lieu", "salle"),
    about=("ne fait pas foi", "non révisée?", "sous-titr", "texte provisoire", "transcription"),
    disclaimers=(
        "ne (?:constitue|fait) pas (?:un compte rendu officiel|foi)",
        "sous réserve d'erreurs de transcription",
    ),
    captioned=("(?:sous-titres|sous-titrage|sous-titré|transcription|transcrit)(?: en direct)? (?:de|par)",),
    sections=("liens|ordre du jour|participants|présents|procès-verbal|sommaire|transcription",),
    transcripts=("compte rendu", "transcription"),
    editions=(("draft", "(?:brouillon|projet de compte rendu)(?= |$)"),),
    places=("amphithéâtre",),
    months=(
        r"janvier|janv\.?",
        r"février|févr\.?",
        "mars",
        r"avril|avr\.?",
        "mai",
        "juin",
        r"juillet|juil\.?",
        "août|aout",
        r"septembre|sept\.?",
        r"octobre|oct\.?",
        r"novembre|nov\.?",
        r"décembre|déc\.?",
    ),
    day_marks=("er",),
    weekdays=("dimanche", "jeudi", "lundi", "mardi", "mercredi", "samedi", "vendredi"),
    greetings=(
        "alors",
        "bien",
        "bienvenue",
        "bonjour",
        "bonsoir",
        "chers",
        "chères",
        "donc",
        "je",
        "merci",
        "mesdames",
        "messieurs",
        "nous",
        "permettez",
        "voilà",
    ),
    spoken=("bonjour", "bonsoir", "c'est", "j'ai", "je", "merci", "notre", "nous", "voilà", "votre", "vous"),
)
"""French."""
