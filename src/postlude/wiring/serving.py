"""The console and the API in processes of their own (`postlude web`)."""

from postlude.wiring.wsgi import application  # first: it sets Django up

from postlude.rules import api as rules  # isort: skip

__all__ = ("application",)

rules.keep_previews()  # no job runs in these processes, so they write their counts by themselves
