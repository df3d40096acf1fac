"""What other rooms may ask of the warehouse."""

from postlude.warehouse.doctor import doctor
from postlude.warehouse.erasure import forget_waiting, shred
from postlude.warehouse.exporting.exporting import Format, export
from postlude.warehouse.following import CONSUMER, FOLLOWED, TOPIC
from postlude.warehouse.loading import BATCH, LANE, load, load_now, on_ticket_changed, replay
from postlude.warehouse.policies import configure, of, problems
from postlude.warehouse.status import dropped_labels, status

__all__ = (
    "BATCH",
    "CONSUMER",
    "FOLLOWED",
    "LANE",
    "TOPIC",
    "Format",
    "configure",
    "doctor",
    "dropped_labels",
    "export",
    "forget_waiting",
    "load",
    "load_now",
    "of",
    "on_ticket_changed",
    "problems",
    "replay",
    "shred",
    "status",
)
