"""What a test message takes: measured as the person will read it, before it goes."""

from dataclasses import replace

import minijinja

from postlude.kernel.errors import AppError
from postlude.messages import leasing, rendering
from postlude.messages.types import Enqueued


def measured(queued: Enqueued) -> Enqueued:
    """Add segments and cost; a text that cannot be made is told by its delivery."""
    (it,) = leasing.read([queued.message])
    try:
        made = rendering.trial(it)
    except (AppError, minijinja.TemplateError):
        return queued
    return replace(queued, segments=made.segments, cost=made.cost)
