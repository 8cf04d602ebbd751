"""English: the words that hold in every session. Data, sorted; add to them with a test of the form that needs it."""

from services.segment.rules.lexicon.words import Lexicon, pieces, words

ENGLISH = Lexicon(
    particles=words(
        """
        al ap av bin bint da das de del della den der di do dos du e el ibn la las le los of san ten ter van
        von y zu
        """
    ),
    titles=words(
        """
        amb capt col dame dr fr gen gov h.e hon lt madam mr mrs ms mx prof rev sen sir sr sra st
        """
    ),
    addresses=words(
        """
        don doña frau herr m. madam madame messrs mister mlle mm. mme mmes monsieur mr mr. mrs mrs. ms ms. senhor
        senhora señor señora signor signora sr sr. sra sra.
        """
    ),
    roles=words(
        """
        a all announcer announcers attendee audience audio bailiff both boy caller captioner chair chairman
        chairperson chairwoman child chorus clerk co-chair co-moderator cochair commissioner comoderator
        convener coordinator councillor councillors councilor counsel court crowd defendant delegate
        delegates deponent deputies dispatcher doctor everybody everyone facilitator female floor foreperson
        girl guest host instructor interjection interjections interpreter interviewee interviewer judge
        juror leader lecturer male man mayor member members minister ministers moderator mp mps narrator
        nurse operator panel panelist panelists panellist panellists participant participants passenger
        patient pilot plaintiff presenter president professor prosecutor q questioner rapporteur reporter
        researcher respondent room secretariat secretary senator senators session-leader speaker speakers
        staff student students teacher therapist translator video voice voice-over voiceover voices
        volunteer webcast witness witnesses woman wrangler
        """
    ),
    modifiers=words(
        """
        a acting an and another answer at backbench closing comment conference deputy elderly english event
        female few first french from government hon honorable honorary honourable in independent language
        lead left little live lord madam main male many meeting mic microphone mr mrs ms new next off older
        on online opening opposition other question remote right same screen second session several sign sir
        some spanish technical the third through to unidentified unknown unnamed unseen various via vice
        young
        """
    ),
    not_speakers=words(
        """
        action actions address adopted advertisement agenda agreed amendment annex answer aob apologies
        appendix ask assignment attention author authors background break budget carried caution caveat
        chapter chart conclusion contact context copyright correction credit credits date day deadline
        deadlines decision decisions deferred deprecated disclaimer duration edit edited email end error
        example exhibit fact facts fax figure file finally first firstly follow-up followup fyi goal
        guest-presenters heading hello hey hi hint homework http https idea important intermission intro
        introduction item key last lastly length link links list listen location look maybe meanwhile
        method minutes moral morning motion n.b nb next no nope note notes number objective objectives
        oh ok okay option options outcome outcomes overview p.s part passed phase phone point problem
        proposal ps purpose question questions quote reason rebuttal recap recommendation
        recommendations remember reminder reply requirement requirements resolution resolutions resolved
        resources result results risk risks room schedule scope scribe second seconded secondly section
        see session slide slides so solution source status step subject summarize summary sure table
        tabled takeaway takeaways task telephone thanks theme then third thirdly thus time timeline tip
        title today todo tomorrow topic total track translation trick tweet twitter update updates url
        venue vote votes warning website welcome well when where why withdrawn workshop yeah yep yes
        """
    ),
    starters=words(
        """
        a about after all also although an and another any are as at because before both but by can could
        did do does each even every five for four from get give had has have he hello her here here's hers
        hi his how however i i'll i'm i've if in is it it's its just let let's like look make many may me
        more most my never not now of on one only or our ours over people perhaps provided said say says
        services she should since so some still such take tell than that that's the their them then there
        there's these they they're this those though three through to two under until up us very was we
        we're well were what what's when where which while who who's whose why will with would you you're
        your yours
        """
    ),
    given_names=words(
        """
        an day do he key may my so will
        """
    ),
    name_words=words("an can day do even he her may my or say she so than will you"),
    capital_roles=words("answer question"),
    styles=(
        "(?:his|her|their|your) (?:(?:imperial|royal|serene) )?(?:eminence|excellency|grace|highness|holiness|majesty)",
        "(?:his|her|their|your) (?:beatitude|excellencies|honou?r|ladyship|lordship|worship)",
    ),
    breaks=("(?:(?:ad|coffee|commercial|lunch|music|short|station) )?break", "intermission", "advertisement"),
    predicates=words(
        """
        are aren't because can't could did does doesn't don't had how i'll i'm i've if is isn't it's let's
        she should that that's there's these they this those was we we'll we're we've were what what's when
        where which who why won't would you're
        """
    ),
    small=words("and behalf for on the"),
    inline_roles=(
        "PARTICIPANT",
        "AUDIENCE MEMBER",
        "AUDIENCE",
        "MODERATOR",
        "SPEAKER",
        "CHAIRMAN",
        "CHAIRPERSON",
        "CHAIR",
        "INTERPRETER",
        "QUESTION FROM FLOOR",
        "REMOTE PARTICIPANT",
        "REMOTE MODERATOR",
        "SESSION LEADER",
    ),
    notes=(
        *pieces(
            r"""
            audio break(?:out)?\b captioner captioning coffee connection discussion interpret introductions
            lunch mic\b microphone moment mute name\??$ non-english recess simultaneous sound\b
            speak(?:s|ing)\b talking\b translat video voting word\??$
            """
        ),
        "(?:going |back )?(?:off|back on|on) the record",
        r"clears? (?:\w+ )?throat",
        "cracking up",
        r"(?:begin|end|start)(?:ning)?\b (?:of )?(?:\w+ )?(?:clip|film|movie|quote|slide|song|tape|video)\b",
        "end of",
        "foreign language",
        "group (?:work|activit|discussion|collaboration)",
        r"lost (?:\w+ )?(?:connection|audio|feed)",
        "multiple speakers",
        "no (?:audio|sound|interpretation|translation|microphone)",
        "no response",
        r"off[ -]?mi(?:c|ke|crophone)\b",
        "people talking",
        "please stand",
        "question off",
        "session (?:ended|break)",
        "stand ?by",
        "technical (?:difficult|issue|problem)",
        "through (?:an )?interpret",
        "trail(?:s|ed|ing) off",
        "via ",
        "whereupon",
    ),
    sounds=(
        *pieces(
            r"""
            applau\w* beep\w* bleep\w* booing buzz\w* cheer\w* chuckl\w* clap\w* cough\w* cross-talk
            crosstalk echo\w* gasp\w* gavel giggl\w* groan\w* hum(?:s|ming) inaud\w* indiscern\w* laugh\w*
            music\w* noise\w* overlap\w* pause\w* ph\.? phon\. phonetic\w* played playing plays ringing
            rings ringtone sang shout\w* sigh\w* silen\w* sing(?:s|ing) sneez\w* sp\.?\?? spelling static
            unclear unintellig\w* whisper\w* whistl\w* yell\w*
            """
        ),
    ),
    open_sounds=(
        "applause",
        "cheering",
        "crosstalk",
        "group activity",
        "inaudible",
        "indiscernible",
        "laughter",
        "music",
        "silence",
    ),
    bare_sounds=(
        "APPLAUSE",
        "CHEERING",
        "CHEERS AND APPLAUSE",
        "INAUDIBLE",
        "INDISCERNIBLE",
        "LAUGHTER",
        "MUSIC",
        "NO AUDIO",
    ),
    said=(
        *pieces(
            r"""
            are i is it['\u2019]s me my no not our that this us was we were yes you your
            """
        ),
    ),
    said_gerunds=(
        *pieces(
            """
            according anything assuming being bring depending during everything going having including king
            meaning nothing something thing thinking using
            """
        ),
    ),
    agenda=(
        r"agenda item\b",
        r"item \d",
    ),
    pages=("page",),
    page_of=("of",),
    ends=(
        (
            r"(?:session|meeting|call|workshop|conference|webinar|event|recording|transcript|audio|panel|hearing)\s+"
            r"(?:ended|ends|over|concluded|concludes|adjourned|closed|finished|rose)"
        ),
        (
            r"(?:the )?(?:session|meeting|call|workshop|conference|webinar|event|recording|panel|hearing)\s+"
            r"(?:was |has )?(?:ended|concluded|adjourned|closed|finished|rose)(?=\s+at\s+\d)"
        ),
        (
            r"end of (?:the )?(?:\w+ )?(?:session|meeting|call|workshop|transcript|transcription|recording|"
            r"file|captions?|captioning|audio|event|webinar|day|panel|hearing)"
        ),
    ),
    end_initials=frozenset("EeTtSsMmCcWwRrAaHhPp"),
    end_brackets=(
        r"(?:adjourned|concluded|end|ended|fin)(?=\s*[\d\])@.,:]|\s+(?:at|until|till)\b)",
        r"whereupon\b[^()\[\]]{0,80}\b(?:adjourned|concluded|closed|ended)",
    ),
    end_sentences=(
        (
            r"(?:the |this |our )?(?:session|meeting|call|workshop|conference|webinar|event|panel|hearing|sitting)"
            r"(?:\s+(?:is|was|has|stands))?(?:\s+(?:now|hereby))?(?:\s+been)?"
            r"\s+(?:ended|over|concluded|adjourned|closed|finished)"
        ),
        "(?:we are|we're|we stand) (?:now )?adjourned",
        "i (?:now |hereby )?(?:declare|close|adjourn) (?:the|this) (?:session|meeting|hearing)(?: closed| adjourned)?",
    ),
    examinations=(
        r"(?:BY|By) (?:MR|MS|MRS|MISS|DR|JUDGE|Mr|Ms|Mrs|Miss|Dr|Judge)\.? [A-Z][\w.' -]{1,40}:",
        (
            r"(?:CONTINUED |FURTHER )?(?:DIRECT |CROSS[- ]|RE-?DIRECT |RE-?CROSS[- ])EXAMINATION"
            r"(?: BY (?:MR|MS|MRS|DR)\. [A-Z][A-Z.' -]{1,40})?:?"
        ),
    ),
    shown=pieces(
        r"""
        audiotape chapter clips? excerpt film half movie part portion presentation quot\w+ section segment
        slides? song tape video\w*
        """
    ),
    end_words=frozenset({"END", "FIN", "THE END", "[END]"}),
    keys=(
        *pieces(
            """
            absent agenda apologies attention class client contact coordinates copyright course date day
            deprecated disclaimer document duration e-?mail edition event fax file format job link location
            meeting note notice original phone place posted present producer project published recording
            reference regrets room series source status subject tel telephone theme time title topic track
            type url venue version warning web website
            """
        ),
        "(?:original )?language",
        "(?:services |cart |captioning |captions |transcription )?provided by",
        "captioned by",
        "captioning by",
        "key-?note",
        "lecture",
        "session (?:title|id|name|number)",
        "study group",
        "study period",
        "transcribed by",
        "transcription by",
        "working party",
    ),
    people_keys=(
        "author",
        "attendance",
        "editor",
        "present",
        "scribe",
        "transcriber",
        r"(?:\w+ )?staff",
        "(?:session |guest |panel )?attendee",
        "(?:session |guest |panel )?captioner",
        "(?:session |guest |panel )?chair",
        "(?:session |guest |panel )?facilitator",
        "(?:session |guest |panel )?host",
        "(?:session |guest |panel )?instructor",
        "(?:session |guest |panel )?leader",
        "(?:session |guest |panel )?moderator",
        "(?:session |guest |panel )?organi[sz]er",
        "(?:session |guest |panel )?panell?ist",
        "(?:session |guest |panel )?participant",
        "(?:session |guest |panel )?presenter",
        "(?:session |guest |panel )?rapporteur",
        "(?:session |guest |panel )?speaker",
    ),
    title_keys=("(?:session )?name", "(?:session )?title", "(?:session )?topic"),
    room_keys=("room", "venue"),
    value_words=words("and at for from with"),
    about=(
        *pieces(
            r"""
            \bCART\b \bcopyright\b authoritative captioner disclaimer mistranslation provisional
            transcri(?:bed|ption) transcript unedited verbatim
            """
        ),
        "^caption(?:ing|ed) (?:by|provided)",
        "aid to understanding",
        "all rights reserved",
        "captioning (?:service|provid|firm|compan|file|is |was )",
        "communication access",
        "inaudible passages",
        "largely accurate",
        "not be treated",
        "real-?time caption",
        "rough edit",
        "this (?:file|text|document) ",
    ),
    disclaimers=(
        (
            "(?:this|text|file|document|transcript) is (?:being )?provided in (?:a |an )?"
            "(?:rough|real-?time|draft|raw|unedited)"
        ),
        "is provided in order to facilitate communication",
        "not be a totally verbatim record",
        "outputs of (?:the )?real-?time caption",
        (
            "(?:transcript|transcription|captions) (?:was|is|were|are) (?:auto-?|automatically |machine |computer[ -])?"
            "(?:generated|made) by (?:a |an )?(?:ai|computer|machine|tool)"
        ),
        "not (?:be treated as )?an authoritative record",
    ),
    captioned=(
        (
            "(?:live |real-?time |closed |cart )?(?:caption(?:s|ed|ing)|subtitle[ds]|transcribed|transcription|cart)"
            "(?: services?)?(?: provided| prepared| done)? by"
        ),
    ),
    sections=(
        *pieces(
            r"""
            agenda apologies attendance attendees contents decisions download home links menu minutes navigation notes
            participants present print recording regrets search share summary transcript transcription video
            """
        ),
        "action items",
        "back to top",
        r"chat(?: log)?",
        "log ?in",
        "sign in",
        "skip to (?:main )?content",
        "table of contents",
    ),
    transcripts=("transcript(?:ion)?",),
    editions=(
        ("raw", r"raw(?= file| copy| transcript| captions?\b|$)"),
        ("raw", "unedited"),
        ("rough", "rough(?:ly)?(?= |$)"),
        ("draft", "draft(?= |$)"),
        ("finished", "(?:finished|final)(?= file| copy| transcript| edition|$)"),
    ),
    edition_lines=(
        (
            "(?:raw|rough|finished|final|draft|unedited|edited|rough(?:ly)? edited)"
            "(?:[ -](?:file|copy|transcript|edited|captions?|text|version))*"
        ),
    ),
    edition_tails=("(?:raw|rough|draft|finished|final)(?:[ -](?:file|copy))?",),
    notices=("Deprecated", "Fatal error", "Notice", "Warning"),
    place_kinds=("conference", "convention", "main", "meeting", "open", "plenary", "press", "workshop"),
    places=("auditorium", "hall", "room", "sala", "salle"),
    months=(
        *pieces(
            r"""
            jan[a-z]*\.? feb[a-z]*\.? mar[a-z]*\.? apr[a-z]*\.? may[a-z]*\.? jun[a-z]*\.? jul[a-z]*\.?
            aug[a-z]*\.? sep[a-z]*\.? oct[a-z]*\.? nov[a-z]*\.? dec[a-z]*\.?
            """
        ),
    ),
    day_marks=("nd", "rd", "st", "th"),
    month_words=("of",),
    year_words=(),
    weekdays=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    greetings=(
        *pieces(
            """
            alright can could dear hello hey hi i i'm let's my now ok okay please right so thank thanks we
            we're welcome well yeah yes
            """
        ),
        "all right",
        "good (?:morning|afternoon|evening|day)",
        "if you",
        "ladies and gentlemen",
        "let me",
        "this is",
    ),
    spoken=(
        *pieces(
            """
            don't hello hi i i'll i'm i've it's let's me my ok okay our please thank thanks that's uh um us
            we we'll we're we've yeah you you're your
            """
        ),
    ),
)
"""English."""
