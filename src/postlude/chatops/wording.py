"""The caller's language, and a refusal in it."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import AppError


def language(locale: str) -> str:
    """Return the language of ours for a locale of Discord's."""
    tongue = locale.partition("-")[0].lower()
    return {"zh": "zh-hant", "ru": "ru"}.get(tongue, "en")


def refusal(error: AppError) -> str:
    """Say what is wrong and what to do, in the current language."""
    fields = {name: str(value) for name, value in error.fields.items()}
    try:
        text = _(error.message).format_map(fields)
    except (KeyError, IndexError, ValueError):
        text = _(error.message)
    return f"{text}\n{_(error.hint)}" if error.hint else text
