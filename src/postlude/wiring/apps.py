from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "postlude.wiring"
    label = "wiring"

    def ready(self) -> None:
        from postlude.wiring import checks, registry  # noqa: F401, PLC0415 - rooms have models

        registry.register_all()
