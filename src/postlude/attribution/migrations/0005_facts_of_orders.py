"""What other rooms may read of attribution in SQL; without personal data.

`attribution_facts_order`: one row per order of a shop, tests left out. `open_…` and `click_…` say
what it is credited to (NULL or '' where to nothing); where there is a click there is an open, which
is the same touch if no message was opened. An order counts while `state` is 'closed'; one that is
'opened' may yet, one that is 'cancelled' no longer does. `contact`, `open_contact` and
`click_contact` are as they were written: who speaks for them now, `people_facts_joined` says.
`session_started_at` and `session_last_at` are NULL of orders that no browser told of.
"""

from django.db import migrations

ORDER = """
CREATE VIEW attribution_facts_order AS
SELECT org_id AS org, id AS order_id, uid, contact, visitor, at, created_at, state,
    amount_minor, currency,
    open_touch, open_message, open_channel, open_node, open_template, open_cycle,
    open_touched_at, open_contact,
    click_touch, click_message, click_channel, click_node, click_template, click_cycle,
    click_touched_at, click_contact,
    session_started_at, session_last_at, rule, judged_at
FROM attribution_order
"""


class Migration(migrations.Migration):
    dependencies = [("attribution", "0004_credit_for_orders")]
    operations = [migrations.RunSQL([ORDER], ["DROP VIEW attribution_facts_order"])]
