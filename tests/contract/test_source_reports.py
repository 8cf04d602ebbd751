"""The reports of sources: the newest of each source and process is known, whatever comes late or twice."""

from datetime import UTC, datetime, timedelta

from captionflow.messages import SourceReport
from captionflow.ports import SourceReports
from tests.waiting import until

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def report(source: str = "desk-1", *, second: int = 0, process: str = "one") -> SourceReport:
    return SourceReport(
        session="talk",
        language="en",
        source=source,
        door="json",
        process=process,
        at=AT + timedelta(seconds=second),
        since=AT,
        words=second,
    )


async def known(source_reports: SourceReports, *wanted: SourceReport) -> None:
    """Return when just these are the latest."""

    async def there() -> bool:
        found = await source_reports.latest()
        return sorted(found, key=str) == sorted(wanted, key=str)

    await until(there)


async def test_nothing_is_known_of_sources_at_first(source_reports: SourceReports) -> None:
    assert list(await source_reports.latest()) == []


async def test_the_latest_report_of_each_source_is_known(source_reports: SourceReports) -> None:
    await source_reports.publish([report("desk-1"), report("desk-2")])
    await source_reports.publish([report("desk-1", second=2)])
    await known(source_reports, report("desk-1", second=2), report("desk-2"))


async def test_what_two_processes_say_of_one_source_is_known_of_both(source_reports: SourceReports) -> None:
    await source_reports.publish([report(process="one", second=1)])
    await source_reports.publish([report(process="two", second=2)])
    await known(source_reports, report(process="one", second=1), report(process="two", second=2))


async def test_an_older_report_that_comes_late_does_not_win(source_reports: SourceReports) -> None:
    await source_reports.publish([report(second=5)])
    await source_reports.publish([report(second=4), report("desk-2")])
    await known(source_reports, report(second=5), report("desk-2"))
