"""One row of settings an organisation, kept as given."""

from collections.abc import Mapping
from typing import Any

from postlude.chatops.models import AlertSetting, DiscordSetting
from postlude.kernel import ids, store


def keep(
    model: type[AlertSetting | DiscordSetting], org: int, definition: Mapping[str, Any]
) -> bool:
    """Write an organisation's row; return whether anything changed."""
    with store.write():
        row = model.objects.filter(org_id=org).first()
        if row is None:
            model.objects.create(id=ids.new_id(), org_id=org, definition=dict(definition))
            return True
        if row.definition == definition:
            return False
        row.definition = dict(definition)
        row.save(update_fields=["definition"])
        return True
