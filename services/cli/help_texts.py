"""What ``--help`` says of each command: what it does, what to know, and examples that can be typed as they stand."""

EXIT_CODES = {
    0: "done",
    1: "refused: what was given can't be used, a file of an import failed, or `verify` found a difference",
    2: "usage: an option or an argument is wrong",
    3: "unavailable: no captionflow answers, or it can't do it now; try again later",
    4: "not found: there is no such session or file",
    5: "misconfigured: a setting, the port or the data folder must be changed",
    130: "interrupted by Ctrl-C",
}


def _text(what: str, more: str, *examples: str) -> str:
    return f"{what}\n\n{more}\n\n\b\nExamples:\n" + "\n".join(f"  {example}" for example in examples)


PROGRAM = _text(
    "Live captions on a room screen, on phones and in a searchable archive.",
    "On a terminal the output is for people; into a pipe or a file it is plain, one record a line, and messages go to "
    "standard error. Settings are CAPTIONFLOW_… variables (docs/settings.md).",
    "captionflow run                                 # a demo at http://127.0.0.1:8000",
    "captionflow replay talk.txt --speed 10          # a file, as if it were typed now",
    "captionflow import transcripts/                 # an archive",
    "captionflow search '\"digital strategy\"'         # who said it, and where",
) + ("\n\n\b\nExit codes:\n" + "\n".join(f"  {code:3}  {meaning}" for code, meaning in EXIT_CODES.items()))

RUN = _text(
    "Run the whole pipeline in one process, until Ctrl-C.",
    "Data is kept in CAPTIONFLOW_DATA (data/). A demo session is captioned unless it is switched off.",
    "captionflow run",
    "captionflow run --no-demo --port 8080",
    "CAPTIONFLOW_HOST=0.0.0.0 captionflow run --no-demo # for other machines too",
    "captionflow run --tls-cert fullchain.pem --tls-key privkey.pem   # https (docs/tls.md)",
)

SERVE = _text(
    "Run one service as a process of its own, on Kafka and Elasticsearch, until Ctrl-C.",
    "ingest takes lines, segment makes turns of them, index archives the turns, api serves readers. Any number of each "
    "can run; each has a data folder of its own. CAPTIONFLOW_KAFKA and CAPTIONFLOW_ELASTICSEARCH say where the servers "
    "are; they may come later.",
    "captionflow topics create                           # once",
    "captionflow serve ingest",
    "CAPTIONFLOW_DATA=/var/lib/captionflow captionflow serve segment",
    "captionflow serve api --port 8080",
)

TOPICS = _text(
    "Kafka's topics.",
    "The four services need them, and make none by accident.",
    "captionflow topics create                           # once",
)

TOPICS_CREATE = _text(
    "Make the topics that are missing, and say what differs in those that are there.",
    "Done twice it changes nothing. The number of partitions (CAPTIONFLOW_PARTITIONS) can't be changed later.",
    "captionflow topics create                           # one broker",
    "captionflow topics create --replication 3           # each record on three brokers",
)

REINDEX = _text(
    "Make the search index anew from the line log, while everything goes on.",
    "The new index is compared with what the log says, and only then put in place of the old one, which is kept. For "
    "the last second or so of it, new captions wait to be searchable; live readers notice nothing.",
    "captionflow reindex",
    "captionflow reindex --drop-old                      # when the new one has proved itself",
)

VERIFY = _text(
    "See whether the line log, the search index and the api have one and the same transcript.",
    "Each place is a line: language, place, lines that it reflects, turns, digest. A session that goes on is compared "
    "as far as each place has got. The exit code is 1 if one differs, 3 if one is still behind; what to do is said.",
    "captionflow verify opening",
    "captionflow verify opening --url http://api-2:8000  # one of several api processes",
    "captionflow verify opening | cut -f5 | uniq         # one line if all is well",
)

KEYS = _text(
    "Keys: who may write, and who may read what is closed.",
    "They are made where the keys are: in the data folder, in Kafka where CAPTIONFLOW_KAFKA is set, or by a running "
    "captionflow, which needs CAPTIONFLOW_KEY once there are keys. See docs/security.md.",
    "captionflow keys create --role admin",
    "captionflow keys list",
    "captionflow keys revoke room-2",
)

KEYS_CREATE = _text(
    "Make a key, and print it: once, since only its hash is kept.",
    "admin: everything. organiser: the sessions of an event, or of all, and keys for them. captioner: the lines of a "
    "session, or of one of its languages. viewer: reading, where a session is closed. Each may do what those after it "
    "may. The first key has to be an admin's: from then on nobody writes without one.",
    "captionflow keys create --role admin",
    "captionflow keys create igf --role organiser --event 'IGF 2015'",
    "captionflow keys create room-2 --role captioner --session opening",
    "captionflow keys create room-2-es --role captioner --session opening --language es",
)

KEYS_LIST = _text(
    "Show the keys, those in use first, a line each.",
    "Id, name, role, state, last use, what it is for, with tabs between.",
    "captionflow keys list",
    "captionflow keys list | grep never                  # who has not connected yet",
)

KEYS_ROTATE = _text(
    "Put a new key in the place of one, under the same name and for the same.",
    "The old one is refused from now on, and its connections end.",
    "captionflow keys rotate room-2",
)

KEYS_REVOKE = _text(
    "Let nobody in with a key any more: at once, in all processes; open connections end.",
    "The last key of an admin can't be revoked: make another one first, or rotate it.",
    "captionflow keys revoke room-2",
)

DEAD_LETTERS = _text(
    "Records that could not be used: look at them, and put them back when what was wrong is mended.",
    "They are kept for 30 days. Nothing is lost with them: a record of lines stays in the line log as well.",
    "captionflow dead-letters list",
    "captionflow dead-letters show 7",
    "captionflow dead-letters retry 7",
)

DEAD_LETTERS_LIST = _text(
    "Show the dead letters, oldest first, a line each.",
    "Number, time, state, topic/partition/offset that it was at, reason, with tabs between.",
    "captionflow dead-letters list",
    "captionflow dead-letters list --after 7 --limit 100",
    "captionflow dead-letters list --waiting | cut -f5 | sort | uniq -c   # what is wrong, and how often",
)

DEAD_LETTERS_SHOW = _text(
    "Write the raw bytes of a dead letter, as they were; what is known of it goes to standard error.",
    "It may be anything: look at it through a pager or hexdump.",
    "captionflow dead-letters show 7 | less",
    "captionflow dead-letters show 7 2>/dev/null | jq .session",
)

DEAD_LETTERS_RETRY = _text(
    "Put dead letters back at the end of the topic that they came from, byte for byte.",
    "Do it when what was wrong is mended, by an upgrade for instance. What was put back before is told and left alone; "
    "a record that still can't be used becomes a new dead letter; what is known already changes nothing.",
    "captionflow dead-letters retry 7 8",
    "captionflow dead-letters retry --all                # all that nobody has put back",
    "captionflow dead-letters retry 7 --again            # although it was put back before",
)

DEAD_LETTERS_ACCEPT = _text(
    "Let records of lines that can't be used go to the dead letters, however many they are.",
    "Segment holds a partition when hardly a record of it can be used, since the topic is then the wrong one, or "
    "captionflow is: its sessions wait, and all others go on. Its /readyz and its log say where. Look at what was set "
    "aside and mend the cause first; nothing is lost, since all of it stays in the log.",
    "captionflow dead-letters accept --until captions.lines/3/1200",
    "captionflow dead-letters accept --until end          # whatever is there now, in all partitions",
)

SEGMENT = _text(
    "Show the speaker turns of a file, without any server.",
    "FILE is a plain transcript, WebVTT or SRT; - reads standard input.",
    "captionflow segment talk.txt",
    "captionflow segment talk.txt --json | jq '.turns[].speaker'",
    "curl -s https://example.org/talk.txt | captionflow segment - --json",
    "captionflow segment talk.txt --json --cut columns:32 --repeat",
)

REPLAY = _text(
    "Send a file to a running captionflow, as a captioner would.",
    "Ctrl-C stops it, and the same command goes on where it stopped; so it does after a crash of either side. Nothing "
    "is sent twice. Speed and wpm may change from one run to the next; the cut may not. The address of the session is "
    "printed on standard output.",
    "captionflow replay talk.txt                        # lines of 32 columns",
    "captionflow replay talk.txt --cut words --speed 10 # word by word, fast",
    "captionflow replay talk.vtt --session opening --room 'Main hall'",
    "captionflow replay - --session test --speed max < talk.txt",
)

IMPORT = _text(
    "Bring files and folders of transcripts into the archive.",
    "Done twice it changes nothing. It goes to the captionflow at --url, or to the one that runs on the data folder; "
    "into that folder where none runs; where CAPTIONFLOW_KAFKA is set, to Kafka, and the services take it from there. "
    "Of a folder, and what is below it, it takes .txt, .text, .md, .vtt, .srt, .sbv and .json, but nothing hidden and "
    "no linked folder. A file that can't be used does not stop the others; the exit code is 1 then.",
    "captionflow import transcripts/ --event 'Forum 2025'",
    "captionflow import opening.vtt closing.srt --language fr",
    "captionflow import transcripts/ --json              # with what was guessed",
    "captionflow import transcripts/ --url https://captions.example.org",
    "captionflow import transcripts/ | cut -f1,2,8       # outcome, turns, file",
)

PROGRAMME = _text(
    "The programme of a conference: which sessions there are, where and when.",
    "It comes from the tool that the programme was made with.",
    "captionflow programme import schedule.json",
)

PROGRAMME_IMPORT = _text(
    "Announce the sessions of a programme, and change those that were announced by an earlier import of it.",
    "FILE is iCalendar, a table (CSV), schedule.json or schedule.xml of pretalx and frab, or Indico's JSON; - reads "
    "standard input. The same programme again changes nothing; what is no longer in it stays. The exit code is 1 if a "
    "session was refused.",
    "captionflow programme import schedule.json",
    "curl -s https://example.org/forum/schedule.xml | captionflow programme import -",
    "captionflow programme import rooms.csv --event 'Forum 2025' --timezone Europe/Berlin --dry-run",
    "captionflow programme import forum.ics --json | jq -r .session   # the ids",
)

EXPORT = _text(
    "Write the transcript of a session, also while it is live.",
    "Without --format the name after -o says it: .txt, .vtt, .srt or .json.",
    "captionflow export opening",
    "captionflow export opening -o opening.vtt",
    "captionflow export opening --format json | jq '.turns[].speaker'",
    "captionflow export opening -o opening.vtt --offset 12.5  # fits a recording that began earlier",
)

ALIGN = _text(
    "Find by how much the times of a session have to be shifted to fit a recording.",
    "Say some words of the transcript and when the recording has them; the first will do. The offset is "
    "printed, for `captionflow export --offset`. Words that are said several times are listed: give more, or --nth.",
    'captionflow align opening --at "good morning everyone" 1:30',
    'captionflow export opening -o opening.vtt --offset $(captionflow align opening --at "good morning" 1:30)',
)

SEARCH = _text(
    "Find who said what, and where to read it.",
    'All words must occur, "…" is a phrase; case, accents and hyphens don\'t matter. Into a pipe each hit is a line: '
    "session, speaker, words, address, with tabs between.",
    "captionflow search 'net neutrality'",
    "captionflow search '\"digital strategy\"' --speaker moderator",
    "captionflow search strategy --limit 100 | cut -f4   # addresses only",
)

TAIL = _text(
    "Print what is said in a session, as it is said, until it ends.",
    "On a terminal word by word; into a pipe sentence by sentence, each on a line after its speaker and a tab. A lost "
    "connection is taken up where it broke. What was changed after it was printed is printed again as (corrected).",
    "captionflow tail opening",
    "captionflow tail opening --last 20                  # twenty turns back",
    "captionflow tail opening | grep -i 'budget'",
)
CAPTION_URL = _text(
    "Print the addresses at which a session is captioned, one for each kind of tool.",
    "Paste the one of your tool into its field for a caption URL. Where captionflow has keys, --key puts that of the "
    "captioner into them. The desk (/desk) hands out the same, with QR codes.",
    "captionflow caption-url opening",
    "captionflow caption-url opening --language es --url https://captions.example.org",
    "captionflow caption-url opening | grep Zoom | cut -f2",
)
