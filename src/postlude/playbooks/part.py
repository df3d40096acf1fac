from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """One part of a playbook; unknown names are mistakes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )
