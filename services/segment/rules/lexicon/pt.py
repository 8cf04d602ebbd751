"""Portuguese: words that hold in its own sessions, beside the English ones. Data, sorted."""

from services.segment.rules.lexicon.words import Lexicon, words

PORTUGUESE = Lexicon(
    particles=words(
        """
        as d' da das de do dos e
        """
    ),
    titles=words(
        """
        d deputada deputado dr dra exa exma exmo prof profa sr sra sras srs srta
        """
    ),
    roles=words(
        """
        apresentador apresentadora assistente coordenador coordenadora deputada deputado intérprete ministra
        ministro moderador moderadora orador oradora palestrante participante plateia plenário presidenta
        presidente público relator relatora secretária secretário senador senadora vice-presidente voz
        """
    ),
    modifiers=words(
        """
        a as da das de desconhecida desconhecido do dos em geral o os primeira primeiro segunda segundo
        senhor senhora sr sra um uma
        """
    ),
    not_speakers=words(
        """
        assunto aviso comentário conclusão contato data duração exemplo fonte hora horário ideia idioma link
        local mensagem motivo nota objetivo observação pergunta ponto problema proposta questão razão
        resolução resposta resultado resumo sala tema tradução título
        """
    ),
    starters=words(
        """
        agora ainda algo alguns alguém além antes aquela aquele aqui aquilo assim até bem bom cada com como
        contra daí depois desde disse diz dizer ela elas ele eles embora enfim entre então essa esse esses
        esta estas este estes estou eu foi hoje há isso isto já mais me mesmo muita muitas muito muitos nada
        nem nossa nosso nossos nunca não nós obrigada obrigado onde ou para pela pelo pois por porque porquê
        porém quais qual quando quanto que quem se segundo seja sem sempre ser sob sobre somente são talvez
        também tanto toda todas todo todos tudo uma você vocês
        """
    ),
    predicates=words(
        """
        como disse ela eles era eram essa estamos está estão eu foi há isso isto mas nós onde porque qual
        quando que quem somos são também temos você vocês
        """
    ),
    noises=(
        r"(?:muito bem[!.] )?palmas\b",
        r"aplausos\b",
        r"fala em \w+$",
        "fora do microfone$",
        "inaudível$",
        "ininteligível$",
        "intervenção fora do microfone",
        "manifestações? (?:nas?|da) (?:galeria|plateia)",
        "microfone desligado$",
        "música$",
        "pausa$",
        "problemas? técnicos?$",
        r"risadas\b",
        r"risos\b",
        "silêncio$",
        r"tumulto\b",
    ),
    bare_sounds=("APLAUSOS", "PALMAS", "RISOS"),
    said=(
        "ela",
        "ele",
        "eles",
        "era",
        "esta",
        "este",
        "está",
        "estão",
        "eu",
        "foi",
        "isso",
        "isto",
        "me",
        "meu",
        "minha",
        "nos",
        "nossa",
        "nosso",
        "não",
        "nós",
        "obrigada",
        "obrigado",
        "que",
        "seu",
        "sim",
        "somos",
        "sou",
        "sua",
        "são",
        "você",
        "vocês",
        "é",
    ),
    ends=(
        (
            "(?:(?:encerra-se|levanta-se|suspende-se|termina|está encerrada) a (?:sessão|reunião)|"
            "(?:encerrada|levantada) a (?:sessão|reunião)|a (?:sessão|reunião) é (?:encerrada|levantada)|"
            r"(?:levanta|encerra)-se a (?:sessão|reunião))\s+[àa]s?\s+\d{1,2}\s?(?:h|horas|"
            r"[.:]\d{2})(?:\s?\d{2}| horas)?(?: e \d{1,2} minutos|\s?min)?"
        ),
    ),
    end_initials=frozenset("EeLlSsTtAaFf"),
    end_brackets=(
        "(?:encerra-se|levanta-se|está encerrada) a (?:sessão|reunião)",
        "fim da (?:sessão|reunião|transcrição|gravação)",
    ),
    end_sentences=("(?:encerra-se|está encerrada|declaro encerrada) a (?:sessão|reunião)",),
    shown=("citação", "filme", "parte", "vídeo"),
    keys=(
        "assunto",
        "contato",
        "data",
        "documento",
        "duração",
        "evento",
        "hora",
        "horário",
        "idioma",
        "local",
        "palestrantes",
        "sala",
        "sessão",
        "tema",
        "título",
    ),
    title_keys=("tema", "título"),
    room_keys=("local", "sala"),
    about=("legendad[oa]", "notas taquigráficas", "sem revisão", "texto provisório", "transcrição"),
    disclaimers=("não (?:constitui|é) (?:uma )?(?:ata|registro) oficial", "pode conter erros de transcrição"),
    captioned=("(?:legendas|legendado|legendagem|transcrição|transcrito)(?: ao vivo)? (?:de|por)",),
    sections=("ata|links|ordem do dia|participantes|presentes|transcrição",),
    transcripts=("ata", "transcrição"),
    editions=(("draft", "rascunho(?= |$)"),),
    places=("auditório", "salão"),
    months=(
        r"janeiro|jan\.?",
        r"fevereiro|fev\.?",
        r"março|mar\.?",
        r"abril|abr\.?",
        "maio",
        r"junho|jun\.?",
        r"julho|jul\.?",
        r"agosto|ago\.?",
        r"setembro|set\.?",
        r"outubro|out\.?",
        r"novembro|nov\.?",
        r"dezembro|dez\.?",
    ),
    day_marks=("°", "º"),
    month_words=("de",),
    year_words=("de",),
    weekdays=("domingo", "quarta-feira", "quinta-feira", "segunda-feira", "sexta-feira", "sábado", "terça-feira"),
    greetings=(
        "bem",
        "bem-vind[oa]s",
        "boa noite",
        "boa tarde",
        "bom dia",
        "car[oa]s",
        "então",
        "eu",
        "gostaria",
        "muito obrigad[oa]",
        "nós",
        "obrigad[oa]",
        "olá",
        "senhoras e senhores",
        "vamos",
    ),
    spoken=("estamos", "eu", "gostaria", "nós", "obrigada", "obrigado", "olá", "temos", "vamos", "você", "vocês"),
)
"""Portuguese."""
