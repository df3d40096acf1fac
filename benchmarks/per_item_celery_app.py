"""The celery application of `per_item_celery.py`: one task that posts one form.

The process that decides and the worker import it alike; the environment tells it of the broker.
"""

import json
import os
from functools import cache

from celery import Celery
from kombu import Queue
from per_item_queues import Line

BROKER = "POSTLUDE_BENCHMARK_BROKER"
LATE = "POSTLUDE_BENCHMARK_LATE"

_broker = json.loads(os.environ[BROKER])
app = Celery("per_item", broker=_broker["url"])
# RabbitMQ forgets a queue ten minutes after a run that was broken off.
_arguments = {"x-expires": 600_000} if _broker["url"].startswith("amqp") else {}
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options=_broker["options"],
    task_queues=[Queue(_broker["queue"], routing_key=_broker["queue"], queue_arguments=_arguments)],
    task_default_queue=_broker["queue"],
)
if os.environ.get(LATE):
    app.conf.update(
        task_acks_late=True, task_reject_on_worker_lost=True, worker_prefetch_multiplier=1
    )


@cache
def _line() -> Line:
    return Line()


@app.task(name="send_text", ignore_result=True)
def send_text(phone: str, text: str) -> None:
    _line().post(phone, text)
