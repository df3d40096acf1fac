from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("collector", "0002_hits_that_lie")]

    operations = [
        migrations.AddField(
            model_name="putaside",
            name="hits",
            field=models.SmallIntegerField(db_default=1, default=1),
        ),
    ]
