"""The guards that `removed_guards` can take away: where one then dies, and what must be seen."""

REMOVED = {
    "sending": ("removed.answered:2", "heard twice"),
    "turns": ("removed.turn_taken:1", "not by turns"),
    "marks": ("removed.marks_made:3", "missed"),
}
