"""Where Discord posts the team's commands; `wiring` hangs it under the root."""

from django.urls import path

from postlude.chatops.discord import views as discord

urlpatterns = [
    path("hooks/discord/<slug:org>", discord.receive, name="chatops-discord-interactions"),
]
