"""Attribution finds touches by their contact, reports by what they are of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_touches_of_before")]
    operations = [
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                condition=models.Q(("contact__isnull", False)),
                fields=["org", "contact", "kind", "-at"],
                name="tracking_touch_contact",
            ),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                fields=["org", "node", "template", "cycle", "contact"],
                name="tracking_touch_report",
            ),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                condition=models.Q(("visitor__isnull", False)),
                fields=["org", "visitor", "at"],
                name="tracking_touch_visitor",
            ),
        ),
    ]
