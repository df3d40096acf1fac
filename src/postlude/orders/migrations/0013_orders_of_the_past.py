from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_what_changed_hands")]
    operations = [
        migrations.AddField(
            model_name="shoporder",
            name="past",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
