from captionflow.errors import BadMessage, Rejected
from captionflow.messages import Part


def test_what_was_left_out_is_named() -> None:
    part = Part("talk.en.1", 0, "talk", "en", 1, 1)
    error = Rejected("One part can't be used.", parts=(part,))
    assert isinstance(error, BadMessage)
    assert (str(error), error.parts, error.code) == ("One part can't be used.", (part,), "rejected")
