"""For machines that watch: is it alive, is it ready, what are its numbers?"""

import secrets
from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from postlude.console import metrics as numbers
from postlude.console import readiness
from postlude.console.rest import keys
from postlude.kernel import clock, jobs, one_shot
from postlude.kernel.errors import AppError
from postlude.kernel.one_shot import Errand
from postlude.orgs.api import Permission

ALL = "all"
_USUAL_SECONDS, _MOST_SECONDS = 20, 240


@require_safe
@never_cache
def health(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else, to anybody."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether the work gets done; the details only to a key that may see operations."""
    found = readiness.check(clock.now())
    body = found.as_json()
    if found.database and keys.of(request, Permission.VIEW_OPERATIONS):
        body["details"] = found.details
    return JsonResponse(body, status=200 if found.ok else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus, with the token of the environment or a key that may see operations."""
    if not _may_scrape(request):
        return JsonResponse(_KEY_NEEDED.as_json(), status=401)
    return HttpResponse(numbers.scrape(clock.now()), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    expected = settings.POSTLUDE_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if expected and secrets.compare_digest(given.encode(), expected.encode()):
        return True
    return keys.of(request, Permission.VIEW_OPERATIONS) is not None


@csrf_exempt  # no cookie counts here: only a key in a header
@require_POST
@never_cache
def run_job(request: HttpRequest, name: str) -> HttpResponse:
    """Run one job now (`all`: what is due, then everything), for schedulers.

    `?seconds=` says how long it may take. What is not done is safe, also when we are killed: it is
    `left`, and the next call takes it up. 500 when a job failed; the others had their turn.
    """
    if keys.of(request, Permission.RUN_JOBS) is None:
        return JsonResponse(_KEY_NEEDED.as_json(), status=401)
    seconds = _seconds(request.GET.get("seconds", ""))
    try:
        errand = _run(name, seconds)
    except AppError as error:
        return JsonResponse(error.as_json(), status=error.http_status)
    body = {"job": name, **asdict(errand)}
    return JsonResponse(body, status=500 if errand.failed else 200)


def _run(name: str, seconds: float) -> Errand:
    if name == ALL:
        return one_shot.run_all(seconds=seconds)
    done = {name: jobs.run_once(name, seconds=seconds)}
    return Errand(done=done, left=one_shot.left())


def _seconds(text: str) -> float:
    wanted = int(text) if text.isdecimal() and len(text) < 5 else _USUAL_SECONDS  # noqa: PLR2004
    return min(max(wanted, 1), _MOST_SECONDS)


_KEY_NEEDED = AppError("A key is needed.", hint="Send the header Authorization: Bearer pl_…")
_KEY_NEEDED.code = "key_needed"
