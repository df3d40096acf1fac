"""Commands about shops that tell of their orders by themselves."""

from datetime import timedelta
from typing import Annotated

import typer
from django.conf import settings

from postlude.kernel import clock
from postlude.kernel.errors import NotFound
from postlude.sources import api as sources
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

Slug = Annotated[str, typer.Argument(help="Your word for the shop, such as web-shop.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    shops = typer.Typer(help="Shops that tell of their orders.", no_args_is_help=True)
    shops.command("add")(add)
    shops.command("list")(list_shops)
    shops.command("remove")(remove)
    app.add_typer(shops, name="shops")


def add(  # noqa: PLR0913, PLR0917 - the options of a command
    slug: Slug,
    shop: Annotated[str, typer.Option(help="The shop's domain at Shopify: my.myshopify.com.")],
    secret: Annotated[
        str, typer.Option(help="A reference to what Shopify signs its webhooks with.")
    ] = "${SHOPIFY_WEBHOOK_SECRET}",  # noqa: S107 - a reference
    consents: Annotated[
        bool, typer.Option(help="Take what customers answered there about marketing.")
    ] = True,
    silent_hours: Annotated[int, typer.Option(min=1, help="Hours without an order to warn.")] = 48,
    org: Org = None,
    json: Json = False,
) -> None:
    """Take in the orders of a Shopify shop, and show where its webhooks have to go."""
    ref = chosen(org)
    given = {"shop": shop, "secret": secret, "consents": consents}
    silent = timedelta(hours=silent_hours)
    sources.define_shop(ref.id, slug, settings=given, silent_after=silent, now=clock.now())
    url = f"{settings.POSTLUDE_BASE_URL}/hooks/shopify/{ref.slug}/{slug}"
    if json:
        output.emit({"slug": slug, "webhook": url})
        return
    output.out.print(f"webhooks for orders/create, updated, cancelled and paid go to\n{url}")


def list_shops(org: Org = None, json: Json = False) -> None:
    """Show the shops, and when each was heard last."""
    found = sources.shops(chosen(org).id)
    if json:
        output.emit({"shops": found})
        return
    rows = [
        (
            each.slug,
            each.domain,
            f"{each.last_webhook_at:%Y-%m-%d %H:%M}" if each.last_webhook_at else "never",
        )
        for each in found
    ]
    output.table("Shops", ("shop", "at", "heard"), rows)


def remove(slug: Slug, org: Org = None, json: Json = False) -> None:
    """Listen to a shop no more; the orders it told of stay."""
    if not sources.remove_shop(chosen(org).id, slug):
        raise NotFound("There is no such shop.", hint="`postlude shops list` shows them.")
    if json:
        output.emit({"removed": slug})
        return
    output.out.print(f"{slug} is not listened to any more")
