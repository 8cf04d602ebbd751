"""The reports of sources: whoever begins to follow knows every source, and nobody who follows slows an ingest down."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from captionflow.messages import SourceReport
from captionflow.ports import SourceReports

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
WAIT_SECONDS = 20


def report(source: str = "desk-1", *, second: int = 0, process: str = "one", session: str = "talk") -> SourceReport:
    return SourceReport(
        session=session,
        language="en",
        source=source,
        door="json",
        process=process,
        at=AT + timedelta(seconds=second),
        since=AT,
        words=second,
    )


async def until_known(following: AsyncIterator[SourceReport], *wanted: SourceReport) -> None:
    """Follow until the newest report of each is the wanted one."""
    newest: dict[tuple[str, str, str], SourceReport] = {}
    async with asyncio.timeout(WAIT_SECONDS):
        while not all(newest.get((one.session, one.source, one.process)) == one for one in wanted):
            found = await anext(following)
            key = found.session, found.source, found.process
            if key not in newest or newest[key].at <= found.at:
                newest[key] = found


async def test_a_follower_gets_what_is_reported(source_reports: SourceReports) -> None:
    following = source_reports.follow()
    await source_reports.publish([report("desk-1"), report("desk-2")])
    await until_known(following, report("desk-1"), report("desk-2"))


async def test_who_begins_later_knows_the_same(source_reports: SourceReports) -> None:
    await source_reports.publish([report(second=1)])
    await source_reports.publish([report(second=2), report("desk-2", second=1)])
    await until_known(source_reports.follow(), report(second=2), report("desk-2", second=1))


async def test_two_processes_that_hear_one_source_are_both_known(source_reports: SourceReports) -> None:
    await source_reports.publish([report(process="one", second=1)])
    await source_reports.publish([report(process="two", second=2)])
    await until_known(source_reports.follow(), report(process="one", second=1), report(process="two", second=2))


async def test_an_older_report_that_comes_late_does_not_win(source_reports: SourceReports) -> None:
    await source_reports.publish([report(second=5)])
    await source_reports.publish([report(second=4), report("desk-2")])
    await until_known(source_reports.follow(), report(second=5), report("desk-2"))


async def test_a_follower_that_does_not_read_gets_the_latest_and_holds_nobody_up(source_reports: SourceReports) -> None:
    slow = source_reports.follow()
    async with asyncio.timeout(WAIT_SECONDS):
        for second in range(100):
            await source_reports.publish([report(second=second)])
    await until_known(slow, report(second=99))
