"""The picture of a journey in steps: no step above what leads to it, none on another."""

import re

from postlude.console.readings.pictures import HEIGHT, MARGIN, WIDTH, Step, draw

STEPS = [
    Step("wait", ("branch",), lines=("entered 5",)),
    Step("branch", ("gift", "end"), ways=("who has a birthday", "otherwise")),
    Step("gift", ("join",)),
    Step("end"),
    Step("join", ("", "last")),
    Step("last", ("",)),
]


def test_each_step_stands_below_all_that_lead_to_it() -> None:
    picture = draw(STEPS)
    boxes = {each.name: each for each in picture.boxes}
    for it in STEPS:
        for following in filter(None, it.leads_to):
            assert boxes[following].y >= boxes[it.name].y + HEIGHT
    assert ["wait", "branch", "gift", "end", "join", "last"] == [it.name for it in picture.boxes]
    assert boxes["gift"].y == boxes["end"].y
    assert boxes["end"].x >= boxes["gift"].x + WIDTH
    assert 5 == len(picture.ways)  # the end is no box
    assert ["who has a birthday", "otherwise"] == [it.label for it in picture.ways if it.label]


def test_a_way_that_skips_a_row_passes_beside_its_boxes() -> None:
    picture = draw(
        [
            Step("branch", ("first", "last"), ways=("some", "the others")),
            Step("first", ("second",)),
            Step("second", ("last",)),
            Step("last"),
        ]
    )
    boxes = {each.name: each for each in picture.boxes}
    skipping = next(it for it in picture.ways if it.label == "the others")
    passes = re.findall(r"(\d+) (\d+) L(\d+) (\d+)", skipping.curve)
    assert 2 == len(passes)
    for name, (x, top, below_x, bottom) in zip(("first", "second"), passes, strict=True):
        box = boxes[name]
        assert x == below_x
        assert (box.y, box.y + HEIGHT) == (int(top), int(bottom))
        assert not box.x <= int(x) <= box.x + WIDTH


def test_long_words_end_in_dots_and_are_all_there_to_point_at() -> None:
    long = "who has told us their birthday and eats no meat"
    (box,) = draw([Step(long, says="等待" * 20)]).boxes
    assert box.title.endswith("…")
    assert long.startswith(box.title[:-1])
    assert box.says.endswith("…")
    assert WIDTH // 11 >= len(box.says)
    assert long in box.all


def test_everything_is_inside_the_picture() -> None:
    picture = draw(STEPS)
    for each in picture.boxes:
        assert MARGIN <= each.x <= picture.width - WIDTH - MARGIN
        assert MARGIN <= each.y <= picture.height - HEIGHT - MARGIN


def test_nothing_is_an_empty_picture() -> None:
    assert () == draw([]).boxes
