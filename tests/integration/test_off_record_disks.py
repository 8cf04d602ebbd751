"""What is said off the record is in no file of an installation in one process, at no moment."""

from pathlib import Path

from tests.off_record_doors import Doors, Words, found
from tests.real_program import Server


def test_no_word_of_a_passage_is_in_any_file_and_every_other_one_is(tmp_path: Path) -> None:
    words = Words()
    with Server(tmp_path / "data", LOG_LEVEL="debug") as server:
        server.announce("talk")
        doors = Doors(server, words)
        doors.passage()
        everywhere = [server.folder, server.log]
        assert found(everywhere, words.secret) == {}
        seq = server.send("talk", 0, words.on(), sender="last").json()["receipts"][0]["seq"]
        turns = server.wait_for_seq("talk", seq)
        assert sum(note.text.startswith("[Off the record for ") for turn in turns for note in turn.notes) == 1
        assert server.get("/v1/search", q=words.kept[0])["total"] > 0
        server.kill()
        assert found(everywhere, words.secret) == {}
        server.start()
        server.wait_until_ready()
        doors.all(words.on())
        assert server.stop() == 0
        assert found(everywhere, words.secret) == {}
        assert set(found(everywhere, words.kept)) == set(words.kept)
