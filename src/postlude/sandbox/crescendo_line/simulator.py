"""Crescendo as a simulator: LINE's shape, with credentials of its own."""

from __future__ import annotations

from postlude.sandbox.line.simulator import Line, LineConfig


class CrescendoLineConfig(LineConfig):
    """Settings of the Crescendo simulator."""

    token: str = "sandbox-crescendo-token"  # noqa: S105 - everybody may know it
    channel_secret: str = "sandbox-crescendo-secret"  # noqa: S105


class CrescendoLine(Line):
    """The platform of the agency, as far as anybody knows it."""

    name = "crescendo_line"
    config: CrescendoLineConfig
