"""The words that the rules about labels know. Data, sorted; add to them with a test of the form that needs it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES = _words(
    """
    al ap av bin bint da das de del della den der di do dos du e el ibn la las le los of san ten ter van von y
    zu
    """
)
"""Small words inside names, also in lower case."""

TITLES = _words(
    """
    amb capt col dame dr fr gen gov h.e hon lt mr mrs ms mx prof rev sen sir sr sra st
    """
)
"""Words before a name that end in a full stop or not."""

ROLES = _words(
    """
    a all announcer attendee audience audio caller captioner chair chairman chairperson chairwoman chorus
    co-chair co-moderator cochair comoderator convener coordinator crowd everybody everyone facilitator female
    floor guest host instructor interpreter interviewee interviewer judge leader lecturer male man member
    members moderator narrator operator panelist panelists panellist panellists participant participants
    presenter president professor q questioner rapporteur reporter respondent room secretariat secretary
    session-leader speaker speakers staff student students teacher translator video voice voice-over
    voiceover volunteer webcast
    woman wrangler
    """
)
"""Labels that many people share."""

MODIFIERS = _words(
    """
    a acting an and another answer at closing comment conference deputy english event female first french from
    honorary in language lead live main male meeting mic microphone new next off on online opening other
    question remote same screen second session sign spanish technical the third through to unidentified unknown unnamed
    via vice young
    """
)
"""Words that go with a role and name nobody."""

NOT_SPEAKERS = _words(
    """
    address agenda answer apologies ask attention caution caveat chapter conclusion contact copyright correction
    credit credits date day deprecated disclaimer duration edit edited email end error example exhibit fact facts
    fax file finally first firstly fyi goal guest-presenters heading hello hey hi hint http https idea important intro
    introduction item key last lastly length link links list listen location look maybe meanwhile method moral
    morning n.b nb next no nope note notes number objective oh ok okay option options p.s part phase phone
    point problem proposal ps question questions quote reason rebuttal recap remember reminder reply resources
    result results room second secondly section see session slide slides so solution source step subject
    summarize summary sure task telephone thanks theme then third thirdly thus time tip title today tomorrow
    topic total track translation trick tweet twitter update url venue warning website welcome well when where
    why workshop yeah yep yes
    """
)
"""Words that stand before a colon in announcements, notes and lists, and are nobody."""

STARTERS = _words(
    """
    a about after all also although an and another any are as at because before both but by can could did do
    does each even every five for four from get give had has have he hello her here here's hers hi his how
    however i i'll i'm i've if in is it it's its just let let's like look make many may me more most my never
    not now of on one only or our ours over people perhaps provided said say says services she should since so
    some still such take tell than that that's the their them then there there's these they they're this those
    though three through to two under until up us very was we we're well were what what's when where which
    while who who's whose why will with would you you're your yours
    """
)
"""Words that begin or end a sentence or a clause before a colon, and no name."""

GIVEN_NAMES = _words("an day do he key may my so will")
"""Words of the two lists above that are names too."""

PREDICATES = _words(
    """
    are aren't because can't could did does doesn't don't had how i'll i'm i've if is isn't it's let's she
    should that that's there's these they this those was we we'll we're we've were what what's when where which
    who why won't would you're
    """
)
"""Words of a sentence or a clause, and of no name: capitals that hold one are no label."""
