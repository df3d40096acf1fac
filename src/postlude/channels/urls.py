"""The webhooks of the vendors; `wiring` hangs them under the root."""

from django.urls import path

from postlude.channels.anymail_esp import views as anymail_esp
from postlude.channels.klaviyo import views as klaviyo
from postlude.channels.line import views as line
from postlude.channels.mailgun import views as mailgun
from postlude.channels.messenger import views as messenger

urlpatterns = [
    path(
        "hooks/anymail/<slug:org>/<slug:sender>",
        anymail_esp.receive,
        name="channels-anymail-receipts",
    ),
    path(
        "hooks/klaviyo/<slug:org>/<slug:sender>", klaviyo.receive, name="channels-klaviyo-receipts"
    ),
    path("hooks/line/<slug:org>/<slug:sender>", line.receive, name="channels-line-events"),
    path(
        "hooks/mailgun/<slug:org>/<slug:sender>", mailgun.receive, name="channels-mailgun-receipts"
    ),
    path(
        "hooks/messenger/<slug:org>/<slug:sender>",
        messenger.receive,
        name="channels-messenger-receipts",
    ),
]
