"""Django's flash messages under another label: `messages` is a room of ours."""

from django.apps import AppConfig


class FlashMessagesConfig(AppConfig):
    name = "django.contrib.messages"
    label = "flash_messages"
