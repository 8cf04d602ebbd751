"""However many sources there were, the memory for what is known of them is bounded."""

from datetime import UTC, datetime, timedelta

from captionflow.adapters.memory.source_reports import MAX_REPORTS, MemorySourceReports
from captionflow.messages import SourceReport

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def test_the_newest_reports_are_kept() -> None:
    known = MemorySourceReports()
    for number in range(MAX_REPORTS + 3):
        at = AT + timedelta(seconds=number)
        await known.publish([SourceReport("talk", "en", f"desk-{number}", "json", "one", at, AT)])
    found = await known.latest()
    assert [found[0].source, found[-1].source, len(found)] == ["desk-3", f"desk-{MAX_REPORTS + 2}", MAX_REPORTS]


async def test_an_older_report_that_comes_late_does_not_win() -> None:
    known = MemorySourceReports()
    newer, older = (SourceReport("talk", "en", "desk", "json", "one", AT + timedelta(seconds=n), AT) for n in (1, 0))
    await known.publish([newer, older])
    assert list(await known.latest()) == [newer]
