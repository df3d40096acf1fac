"""The caller's language, and a refusal in it."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import AppError


def language(locale: str) -> str:
    """Return the language of ours for a locale of Discord's."""
    tongue = locale.partition("-")[0].lower()
    return {"zh": "zh-hant", "ru": "ru"}.get(tongue, "en")


def refusal(error: AppError) -> str:
    """Say what is wrong and what to do, in the current language."""
    return "\n".join(words for words in error.in_words(_) if words)
