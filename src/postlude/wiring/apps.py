from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "postlude.wiring"
    label = "wiring"

    def ready(self) -> None:
        from postlude.wiring import registry  # noqa: PLC0415 - rooms have models

        registry.register_all()
