"""For machines that watch: is it alive, is it ready, what are its numbers?"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from postlude.console import metrics as numbers
from postlude.console import readiness
from postlude.console.rest import keys
from postlude.kernel import clock, jobs
from postlude.kernel.errors import AppError
from postlude.orgs.api import Permission


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
    """Run one job now, for schedulers of serverless installations."""
    if keys.of(request, Permission.VIEW_OPERATIONS) is None:
        return JsonResponse(_KEY_NEEDED.as_json(), status=401)
    try:
        done = jobs.run_once(name)
    except AppError as error:
        return JsonResponse(error.as_json(), status=error.http_status)
    return JsonResponse({"job": name, "done": done})


_KEY_NEEDED = AppError("A key is needed.", hint="Send the header Authorization: Bearer pl_…")
_KEY_NEEDED.code = "key_needed"
