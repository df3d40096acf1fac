"""Every URL that Django serves; the collector's are in front of it."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("postlude.channels.urls")),
    path("", include("postlude.chatops.urls")),
    path("", include("postlude.sources.urls")),
    path("", include("postlude.console.urls")),
]
