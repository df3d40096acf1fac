"""Every page, and the answers for machines."""

from django.urls import path

from postlude.console.rest.v1 import api as v1
from postlude.console.views import (
    attention,
    audit,
    buyers,
<<<<<<< HEAD
    funnel,
    journeys,
=======
    by_hand,
>>>>>>> a1c7d7e (The queue of who is let in by hand is a page, with a list to copy and Done)
    messages,
    public,
    sales,
    session,
    support,
    system,
    templates,
    watching,
)

app_name = "console"

urlpatterns = [
    path("", session.home, name="home"),
    path("login/", session.log_in, name="login"),
    path("logout/", session.log_out, name="logout"),
    path("language/", session.set_language, name="language"),
    path("org/<slug:slug>/", sales.sales, name="sales"),
    path("org/<slug:slug>/live/", sales.live, name="sales-live"),
    path("org/<slug:slug>/funnel/", funnel.funnel, name="funnel"),
    path("org/<slug:slug>/funnel/rows/", funnel.rows, name="funnel-rows"),
    path("org/<slug:slug>/funnel/csv/", funnel.csv, name="funnel-csv"),
    path("org/<slug:slug>/buyers/", buyers.buyers, name="buyers"),
    path("org/<slug:slug>/buyers/<str:token>/", buyers.buyer, name="buyer"),
    path("org/<slug:slug>/buyers/<str:token>/resend/", buyers.resend, name="resend"),
    path("org/<slug:slug>/buyers/<str:token>/email/", support.change_email, name="change-email"),
    path("org/<slug:slug>/support/", support.support, name="support"),
    path("org/<slug:slug>/guests/", support.guests, name="guests"),
    path("org/<slug:slug>/messages/", messages.messages, name="messages"),
    path("org/<slug:slug>/messages/<str:token>/", messages.message, name="message"),
    path("org/<slug:slug>/messages/<str:token>/preview/", messages.preview, name="preview"),
    path("org/<slug:slug>/journeys/", journeys.journeys, name="journeys"),
    path("org/<slug:slug>/templates/", templates.templates, name="templates"),
    path("org/<slug:slug>/templates/preview/", templates.template, name="template"),
    path("org/<slug:slug>/templates/test/", templates.test_send, name="test-send"),
    path("org/<slug:slug>/attention/", attention.attention, name="attention"),
    path("org/<slug:slug>/attention/release/", attention.release, name="release"),
    path("org/<slug:slug>/attention/revive/", attention.revive, name="revive"),
    path("org/<slug:slug>/attention/regrant/", attention.regrant, name="regrant"),
    path("org/<slug:slug>/attention/removed/", attention.removed, name="removed"),
    path("org/<slug:slug>/by-hand/", by_hand.by_hand, name="by-hand"),
    path("org/<slug:slug>/by-hand/done/", by_hand.done, name="done"),
    path("org/<slug:slug>/by-hand/hand-back/", by_hand.hand_back, name="hand-back"),
    path("org/<slug:slug>/audit/", audit.audit, name="audit"),
    path("org/<slug:slug>/system/", system.system, name="system"),
    path("help/<slug:slug>/", public.not_received, name="not-received"),
    path("status/<slug:slug>/", public.status, name="status"),
    path("health", watching.health, name="health"),
    path("ready", watching.ready, name="ready"),
    path("metrics", watching.metrics, name="metrics"),
    path("jobs/<str:name>", watching.run_job, name="run-job"),
    path("api/v1/", v1.urls),
]
