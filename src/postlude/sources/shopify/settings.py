"""A Shopify source's settings."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from postlude.kernel import environment
from postlude.sources.errors import BadSource

KIND = "shopify"


class ShopifySettings(BaseModel):
    """`shop` is the shop's domain at Shopify; `secret`, a `${NAME}` reference, signs its webhooks.

    With `consents` what customers have answered there about marketing is taken as their answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    shop: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$")
    # A reference and nothing else: what is written here lies in the database as it is.
    secret: str = Field(
        default="${SHOPIFY_WEBHOOK_SECRET}", pattern=r"^\$\{[A-Z][A-Z0-9_]*\}$", repr=False
    )
    consents: bool = True

    def resolved_secret(self) -> str:
        """Return the secret itself; raises MissingSetting."""
        return environment.resolve(self.secret)


def parse(slug: str, given: dict[str, Any]) -> ShopifySettings:
    """Read settings; raises BadSource with every mistake, never with what was given."""
    try:
        return ShopifySettings.model_validate(given)
    except ValidationError as error:
        words = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors()
        )
        raise BadSource(slug=slug, words=words) from None
