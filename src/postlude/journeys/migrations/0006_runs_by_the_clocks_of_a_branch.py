"""A run is of everybody, or of those who live by one zone; an attempt knows its branch."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journeys", "0005_what_sales_started_is_found_by_index")]
    operations = [
        migrations.AddField(
            model_name="run", name="zone", field=models.CharField(max_length=64, null=True)
        ),
        migrations.AddField(
            model_name="sendattempt", name="branch", field=models.BigIntegerField(null=True)
        ),
    ]
