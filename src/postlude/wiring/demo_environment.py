"""The demonstration's environment; read before Django is set up, so it imports nothing of ours."""

import os
from collections.abc import Sequence

PORT = 8000
SANDBOX_PORT = 8090
_DISCORD = "/discord/api/webhooks/100000000000000001/sandbox-discord-token"
# The key of the sandbox's Discord, whose private half everybody knows.
_DISCORD_KEY = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"


def prepare(arguments: Sequence[str]) -> None:
    """Point every vendor of the playbook at the sandbox; called before the settings are read.

    The secrets are those that the sandbox expects, and made up.
    """
    sandbox = f"http://127.0.0.1:{_option(arguments, '--sandbox-port', SANDBOX_PORT)}"
    values = {
        "POSTLUDE_HOME": "var/demo",
        "POSTLUDE_BASE_URL": f"http://127.0.0.1:{_option(arguments, '--port', PORT)}",
        "POSTLUDE_LOG_LEVEL": "ERROR",
        **vendors(sandbox),
    }
    for name, value in values.items():
        os.environ.setdefault(name, value)


def _option(arguments: Sequence[str], name: str, default: int) -> str:
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return str(default)


def vendors(sandbox: str) -> dict[str, str]:
    """Return the variables of playbooks/tickets.yaml for a sandbox at this address."""
    return {
        "KKTIX_URL": f"{sandbox}/kktix/api/v2",
        "KKTIX_TOKEN": "sandbox-kktix-token",
        "KKTIX_WEBHOOK_SECRET": "sandbox-kktix-secret",
        "GATHER_URL": f"{sandbox}/gather",
        "GATHER_API_KEY": "sandbox-gather-key",
        "MAILGUN_URL": f"{sandbox}/mailgun/v3",
        "MAILGUN_API_KEY": "sandbox-mailgun-key",
        "MAILGUN_SIGNING_KEY": "sandbox-signing-key",
        "KLAVIYO_URL": f"{sandbox}/klaviyo",
        "KLAVIYO_API_KEY": "sandbox-klaviyo-key",
        "KLAVIYO_WEBHOOK_SECRET": "sandbox-klaviyo-secret",
        "DISCORD_WEBHOOK_URL": f"{sandbox}{_DISCORD}",
        "DISCORD_URL": f"{sandbox}/discord/api/v10",
        "DISCORD_APPLICATION_ID": "100000000000000010",
        "DISCORD_PUBLIC_KEY": _DISCORD_KEY,
        "DISCORD_BOT_TOKEN": "sandbox-bot-token",
        "DISCORD_GUILD_ID": "100000000000000020",
        "DISCORD_TEAM_ROLE_ID": "300000000000000002",
        "KKTIX_HEARTBEAT_URL": f"{sandbox}/heartbeat/kktix",
    }
