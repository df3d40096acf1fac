from django.apps import AppConfig


class ChatopsConfig(AppConfig):
    name = "postlude.chatops"
    label = "chatops"
    default_auto_field = "django.db.models.BigAutoField"
