from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('warehouse', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='loaderstate',
            name='resting_until',
            field=models.DateTimeField(null=True),
        ),
    ]
