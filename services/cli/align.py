"""``captionflow align``: the offset that makes an export fit a recording."""

import msgspec

from captionflow.secret import Secret
from services.cli import terminal
from services.cli.alignment import AlignedTranscript, chosen, passages, read_time, shown_time
from services.cli.remote import transcript

_decode = msgspec.json.Decoder(AlignedTranscript).decode


async def offset_of(  # noqa: PLR0913, PLR0917 - as it is asked for
    url: str, key: Secret | None, session: str, language: str | None, at: tuple[str, str], nth: int | None
) -> None:
    """Print the seconds to add; for people, also between which times.

    Raises:
        BadMessage: the time can't be read, or the words are said more than once.
        NotFound: there is no such session, or nobody says the words.
    """
    recorded = read_time(at[1])
    found = chosen(passages(_decode(await transcript(url, key, session, "json", language)), at[0]), nth)
    offset = round(recorded - found.seconds, 3)
    terminal.write(f"{offset:g}\n")
    terminal.messages().print(
        f"{found.speaker or 'Unknown speaker'}, {found.context!r}: {shown_time(found.seconds)} in the transcript, "
        f"{shown_time(recorded)} in the recording."
    )
    if terminal.is_terminal():
        terminal.messages().print(f"captionflow export {session} -o {session}.vtt --offset {offset:g}")
