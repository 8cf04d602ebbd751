"""Which numbers of a sender the log in SQLite has already (captionflow.adapters.sqlite.line_log)."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.adapters.sqlite.line_log import known_numbers
from captionflow.adapters.sqlite.schema import migrate


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    made = opened()
    yield made
    made.close()


def opened() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    migrate(made)
    made.execute("PRAGMA foreign_keys = OFF")
    return made


def write(connection: sqlite3.Connection, runs: Sequence[tuple[int, int, int]], sender: str = "desk") -> None:
    connection.executemany("INSERT INTO runs VALUES (1, ?, ?, ?, ?)", ((sender, *run) for run in runs))


@given(st.sets(st.integers(0, 60), max_size=40), st.lists(st.integers(0, 70), max_size=30))
def test_each_number_that_the_log_has_is_found_and_no_other(there: set[int], wanted: list[int]) -> None:
    connection = opened()
    seqs = {number: 1_000 - number for number in there}  # later numbers came first, so that each is a run of its own
    write(connection, [(number, number, seq) for number, seq in seqs.items()])
    write(connection, [(0, 70, 2_000)], sender="another")
    found = list(known_numbers(connection, 1, "desk", sorted(wanted)))
    connection.close()
    assert found == [(number, seqs[number]) for number in sorted(wanted) if number in there]


def test_a_long_run_tells_the_seq_of_each_of_its_numbers(connection: sqlite3.Connection) -> None:
    write(connection, [(10, 19, 5), (30, 30, 15)])
    wanted = [0, 10, 11, 19, 20, 29, 30, 31, 32]
    assert list(known_numbers(connection, 1, "desk", wanted)) == [(10, 5), (11, 6), (19, 14), (30, 15)]


def work(connection: sqlite3.Connection, numbers: Sequence[int]) -> int:
    """Instructions of SQLite's machine that a look-up takes."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_progress_handler(count, 1)
    list(known_numbers(connection, 1, "desk", numbers))
    connection.set_progress_handler(None, 0)
    return steps


def test_a_sender_with_many_gaps_costs_no_more_than_one_with_few(connection: sqlite3.Connection) -> None:
    """One line with the lowest number and one with the highest looked at every run between: a second for 40,000."""
    few = opened()
    write(few, [(2 * n, 2 * n, n + 1) for n in range(10)])
    write(connection, [(2 * n, 2 * n, n + 1) for n in range(40_000)])
    assert work(connection, [0, 79_998]) == work(few, [0, 18])
    assert work(connection, [1, 2**60]) == work(few, [1, 2**60])
    few.close()


def test_lines_that_are_all_new_are_looked_up_once(connection: sqlite3.Connection) -> None:
    write(connection, [(0, 99, 1)])
    assert work(connection, range(100, 2_100)) == work(connection, [100])
