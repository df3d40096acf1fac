"""What the webhooks of all sources have alike: whose they are, and how an error is answered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from postlude.kernel import store
from postlude.kernel.errors import N_, AppError, NotFound
from postlude.orgs import api as orgs
from postlude.sources.models import Source

Receive = Callable[[HttpRequest, str, str], HttpResponse]
_NOTE_EVERY = timedelta(seconds=10)  # a rush must not write down its time once per delivery


class NotReady(AppError):
    """We cannot tell friend from foe; the source comes again. A stranger is not told why."""

    code = "not_ready"
    http_status = 503
    message = N_("This webhook is not ready.")


def webhook(take: Receive) -> Receive:
    """Make a view of what takes one delivery of (organisation, source); an error is its answer."""

    @csrf_exempt
    @require_POST
    @wraps(take)
    def receive(request: HttpRequest, org: str, source: str) -> HttpResponse:
        try:
            return take(request, org, source)
        except AppError as error:
            return JsonResponse(error.as_json(), status=error.http_status)

    return receive


def source_of(org: str, slug: str, kind: str) -> Source:
    """Return an active source; raise NotFound, whatever of it is not there."""
    try:
        mine = Source.objects.filter(org=orgs.by_slug(org).id, kind=kind, active=True)
        return mine.get(slug=slug)
    except (LookupError, Source.DoesNotExist):
        raise NotFound from None


def note_webhook(source: Source, *, now: datetime) -> bool:
    """Write down that the source has told something, every few seconds at most; say if it was."""
    if source.last_webhook_at is not None and abs(now - source.last_webhook_at) <= _NOTE_EVERY:
        return False
    with store.write():
        Source.objects.filter(id=source.id).update(last_webhook_at=now)
    return True
