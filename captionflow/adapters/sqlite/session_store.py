"""The sessions in SQLite. What an organiser gave can't be derived, so it waits for fsync; what the text said can."""

import sqlite3
from datetime import datetime

from captionflow.adapters.sqlite.readers import Lane
from captionflow.adapters.sqlite.search_index import speakers_changed
from captionflow.adapters.sqlite.session_rows import find_session, list_sessions, put_session
from captionflow.errors import NotFound
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter
from captionflow.session_facts import Known, created, learnt, replaced


class SqliteSessionStore:
    """``SessionStore``. Each session keeps which of its fields were learned from the text."""

    def __init__(self, database: Lane) -> None:
        self._database = database

    async def create(self, session: Session) -> Session:
        """See ``SessionStore.create``. Compared is what organisers give: not status, times, version, learned fields."""

        def work(connection: sqlite3.Connection) -> Session:
            found = find_session(connection, session.id)
            known = created(found, session)
            if found is None:
                put_session(connection, *known)
            return known[0]

        return await self._database.write(work, durable=True)

    async def get(self, session: str) -> Session:
        """See ``SessionStore.get``."""
        return await self._database.read(lambda connection: _get(connection, session)[0])

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        return await self._database.scan(lambda connection: list_sessions(connection, wanted))

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        """See ``SessionStore.replace``. A field that it changes is the organiser's from then on."""

        def work(connection: sqlite3.Connection) -> Session:
            before = _get(connection, session.id)
            new, learned = replaced(before, session, expected_version)
            put_session(connection, new, learned)
            if new.speakers != before[0].speakers:
                speakers_changed(connection, new.id)
            return new

        return await self._database.write(work, durable=True)

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        """See ``SessionStore.learn``. It may replace fields that it learned before, but not what an organiser gave."""

        def work(connection: sqlite3.Connection) -> Session:
            found = find_session(connection, session)
            known = learnt(found, session, facts, at)
            if known is not found:
                put_session(connection, *known)
            return known[0]

        return await self._database.write(work, durable=False)


def _get(connection: sqlite3.Connection, session: str) -> Known:
    found = find_session(connection, session)
    if found is None:
        raise NotFound(f"There is no session {session!r}: announce it first.")
    return found
