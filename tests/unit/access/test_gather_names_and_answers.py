"""How Gather names a space, and what its answers mean."""

import pytest

from postlude.access.authorisers.gather import space
from postlude.access.authorisers.gather.authoriser import Gather
from postlude.access.authorisers.youtube.authoriser import YouTube


@pytest.mark.parametrize(
    "text",
    ["abc123/My Space", "abc123\\My Space", "https://app.gather.town/app/abc123/My Space"],
)
def test_a_space_is_named_by_one_backslash(text):
    assert "abc123\\My Space" == space.space_id(text)
    assert "https://app.gather.town/app/abc123/My%20Space" == space.web_address(text)


@pytest.mark.parametrize(
    ("reply", "missing"),
    [
        ({"ann@x.test": {}, "bob@x.test": {}}, set()),
        ({"ANN@x.test": {}, "c@x.test": {}}, {"bob@x.test"}),
        ({"guestlist": {"ann@x.test": {}}}, {"bob@x.test"}),
        ({"success": True}, set()),
        ({}, set()),
        ([], set()),
        ("ok", set()),
    ],
)
def test_both_shapes_of_the_answer_are_understood(reply, missing):
    assert missing == space.missing_from(reply, ["ann@x.test", "bob@x.test"])


def test_settings_are_checked_in_words():
    assert [] == Gather().problems({"api_key": "${GATHER_API_KEY}", "space": "abc/Name"})
    found = Gather().problems({"api_key": "plain-secret", "space": "abc"})
    assert ["reference" in found[0], "space" in found[1]] == [True, True]
    assert ["url is missing: give the unlisted link, or ${NAME}"] == YouTube().problems({})
    assert [] == YouTube().problems({"url": "${YOUTUBE_URL}"})


def test_overwrite_cannot_be_asked_for():
    """No parameter, no setting: the word stands once in the source, and says False."""
    from pathlib import Path

    room = Path(space.__file__).parent
    lines = [
        line
        for path in room.glob("*.py")
        for line in path.read_text().splitlines()
        if '"overwrite"' in line
    ]
    assert ['        "overwrite": False,'] == lines
