"""The webhooks of the vendors; `wiring` hangs them under the root."""

from django.urls import path

from postlude.channels.mailgun import views as mailgun

urlpatterns = [
    path(
        "hooks/mailgun/<slug:org>/<slug:sender>", mailgun.receive, name="channels-mailgun-receipts"
    ),
]
