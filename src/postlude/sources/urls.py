"""The webhooks of the sources; `wiring` hangs them under the root."""

from django.urls import path

from postlude.sources.kktix import views as kktix

urlpatterns = [
    path("hooks/kktix/<slug:org>/<slug:source>", kktix.receive, name="sources-kktix-webhook"),
]
