from captionflow.errors import BadMessage, InUse, Misconfigured, Rejected
from captionflow.messages import Part


def test_what_was_left_out_is_named() -> None:
    part = Part("talk.en.1", 0, "talk", "en", 1, 1)
    error = Rejected("One part can't be used.", parts=(part,))
    assert isinstance(error, BadMessage)
    assert (str(error), error.parts, error.code) == ("One part can't be used.", (part,), "rejected")


def test_who_has_the_data_folder_is_told_with_where_it_serves() -> None:
    error = InUse("Another process has it.", url="http://127.0.0.1:8000")
    assert isinstance(error, Misconfigured)
    assert (str(error), error.url, error.code) == ("Another process has it.", "http://127.0.0.1:8000", "misconfigured")
    assert InUse("Another process has it.").url is None
