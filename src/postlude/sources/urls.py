"""The webhooks of the sources; `wiring` hangs them under the root."""

from django.urls import path

from postlude.sources.kktix import views as kktix
from postlude.sources.shopify import views as shopify

urlpatterns = [
    path("hooks/kktix/<slug:org>/<slug:source>", kktix.receive, name="sources-kktix-webhook"),
    path("hooks/shopify/<slug:org>/<slug:source>", shopify.receive, name="sources-shopify-webhook"),
]
