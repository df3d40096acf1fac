from django.apps import AppConfig


class PopupsConfig(AppConfig):
    name = "postlude.popups"
    label = "popups"
    default_auto_field = "django.db.models.BigAutoField"
