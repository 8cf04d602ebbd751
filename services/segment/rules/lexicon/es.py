"""Spanish: words that hold in its own sessions, beside the English ones. Data, sorted."""

from services.segment.rules.lexicon.words import Lexicon, words

SPANISH = Lexicon(
    particles=words(
        """
        de del el la las los y
        """
    ),
    titles=words(
        """
        d da dr dra excma excmo ilma ilmo ing lic prof sr sra sras sres srta
        """
    ),
    roles=words(
        """
        asistente coordinador coordinadora diputada diputado intérprete ministra ministro moderador
        moderadora orador oradora panelista participante ponente portavoz presidencia presidenta presidente
        público relator relatora sala secretaria secretario senador senadora vicepresidenta vicepresidente
        voz
        """
    ),
    modifiers=words(
        """
        de del desconocida desconocido el en general la las los primer primera primero segunda segundo señor
        señora señorita sr sra un una
        """
    ),
    not_speakers=words(
        """
        agenda aviso comentario conclusión contacto correo duración ejemplo enlace fecha fuente hora horario
        idea idioma lugar mensaje motivo nota objetivo observación pregunta problema propuesta punto razón
        resolución respuesta resultado resumen tema traducción título
        """
    ),
    starters=words(
        """
        además ahora ahí algo alguien alguna algunos antes aquel aquella aquello aquí así aunque bien bueno
        cada como con cuando cuál cuáles cuándo cuánto cómo decir desde después dice dicho digamos digo dijo
        donde dónde ella ellos entonces entre esa ese eso esos esta estas este esto estos gracias hacia
        hasta hay incluso luego muchas muy más nada ni nos nosotros nuestra nuestro nunca para pero por
        porque primero pues que quien quién qué según siempre sin sino sobre son sólo también tampoco tan
        tanto toda todas todo todos tras una ustedes ya yo él
        """
    ),
    predicates=words(
        """
        creo cuáles cuándo cómo dijo dónde ella ellos era eran es estamos esto está están fue fueron hay
        nosotros pero porque quién qué somos son también tenemos usted ustedes
        """
    ),
    noises=(
        r"(?:grandes |fuertes |prolongados )?aplausos\b",
        "asentimiento$",
        "el señor presidente hace",
        "fuera de micrófono$",
        r"habla en \w+$",
        "inaudible$",
        "ininteligible$",
        r"murmullos\b",
        "música$",
        "pausa$",
        "problemas? técnicos?$",
        r"pronuncia palabras en \w+",
        r"protestas\b",
        r"risas\b",
        r"rumores\b",
        "silencio$",
        "sin micrófono$",
    ),
    bare_sounds=("APLAUSOS", "RISAS"),
    said=(
        "ella",
        "ellos",
        "era",
        "es",
        "eso",
        "esta",
        "este",
        "esto",
        "está",
        "están",
        "fue",
        "gracias",
        "le",
        "me",
        "mi",
        "mis",
        "no",
        "nos",
        "nosotros",
        "que",
        "somos",
        "son",
        "soy",
        "su",
        "sus",
        "sí",
        "te",
        "usted",
        "ustedes",
        "yo",
        "él",
    ),
    ends=(
        (
            "(?:(?:se levanta|se suspende|termina|concluye|finaliza) la (?:sesión|reunión)(?:,? (?:a|"
            r"siendo) las?| eran las?))\s+\d{1,2}(?:[.:]\d{2})?(?:\s?(?:horas|h))?"
        ),
    ),
    end_initials=frozenset("STCFstcf"),
    end_brackets=(
        "(?:se levanta|termina|concluye|finaliza) la (?:sesión|reunión)",
        "fin de la (?:sesión|reunión|transcripción|grabación)",
    ),
    end_sentences=(r"(?:se levanta|queda levantada) la (?:sesión|reunión)", "se cierra la sesión"),
    shown=("parte", "película", "v[ií]deo"),
    keys=(
        "contacto",
        "documento",
        "duración",
        "evento",
        "fecha",
        "hora",
        "idioma",
        "lugar",
        "panelistas",
        "ponentes",
        "sala",
        "sesión",
        "tema",
        "título",
    ),
    title_keys=("tema", "título"),
    room_keys=("lugar", "sala"),
    about=("no es un acta", "sin editar", "subtitulad[oa]", "texto provisional", "transcripción"),
    disclaimers=("no (?:constituye|es) un(?:a)? (?:acta|registro) oficial", "puede contener errores de transcripción"),
    captioned=("(?:subtítulos|subtitulad[oa]|subtitulación|transcripción|transcrito)(?: en vivo)? (?:de|por)",),
    sections=("actas?|asistentes|orden del día|enlaces|participantes|transcripción",),
    transcripts=("acta", "transcripción"),
    editions=(("draft", "borrador(?= |$)"),),
    places=("auditorio", "salón"),
    months=(
        r"enero|ene\.?",
        r"febrero|feb\.?",
        r"marzo|mar\.?",
        r"abril|abr\.?",
        "mayo",
        r"junio|jun\.?",
        r"julio|jul\.?",
        r"agosto|ago\.?",
        r"sep?tiembre|sept?\.?",
        r"octubre|oct\.?",
        r"noviembre|nov\.?",
        r"diciembre|dic\.?",
    ),
    day_marks=(r"\.?º", "°"),
    month_words=("de", "del"),
    year_words=("de", "del"),
    weekdays=("domingo", "jueves", "lunes", "martes", "miércoles", "sábado", "viernes"),
    greetings=(
        "bienvenidas",
        "bienvenidos",
        "buenas noches",
        "buenas tardes",
        "bueno",
        "buenos días",
        "estimad[oa]s",
        "gracias",
        "hola",
        "muchas gracias",
        "muy buenas",
        "permítanme",
        "quiero",
        "quisiera",
        "señoras y señores",
        "vamos",
    ),
    spoken=(
        "creo",
        "estamos",
        "gracias",
        "hola",
        "nos",
        "nosotros",
        "quiero",
        "quisiera",
        "tenemos",
        "usted",
        "ustedes",
        "vamos",
        "yo",
    ),
)
"""Spanish."""
