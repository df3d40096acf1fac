from django.apps import AppConfig


class CollectorConfig(AppConfig):
    name = "postlude.collector"
    label = "collector"
    default_auto_field = "django.db.models.BigAutoField"
