"""Every joining and every parting is kept; what was joined before this is a joining as well."""

import django.db.models.deletion
import postlude.kernel.ids
from django.db import migrations, models


JOINED_BEFORE = """
INSERT INTO people_joining
    (id, org_id, child_id, parent_id, reason, why, actor_kind, actor_id, at)
SELECT id, org_id, child_id, parent_id, reason, '', 'system', 'recognition', at FROM people_alias
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0002_write_keys'),
        ('people', '0010_facts_of_who_was_joined'),
    ]

    operations = [
        migrations.CreateModel(
            name='Joining',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=32)),
                ('why', models.CharField(default='', max_length=200)),
                ('actor_kind', models.CharField(max_length=16)),
                ('actor_id', models.CharField(max_length=64)),
                ('handed', models.JSONField(null=True)),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.contact')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
                ('parent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.contact')),
            ],
            options={
                'db_table': 'people_joining',
            },
        ),
        migrations.CreateModel(
            name='Parting',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('why', models.CharField(max_length=200)),
                ('actor_kind', models.CharField(max_length=16)),
                ('actor_id', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('joining', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.joining')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'people_parting',
            },
        ),
        migrations.AddIndex(
            model_name='joining',
            index=models.Index(fields=['org', 'child', 'at'], name='people_joining_child'),
        ),
        migrations.AddIndex(
            model_name='joining',
            index=models.Index(fields=['org', 'parent'], name='people_joining_parent'),
        ),
        migrations.AddConstraint(
            model_name='joining',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('org', 'child'), name='people_joining_in_force'),
        ),
        migrations.AddConstraint(
            model_name='parting',
            constraint=models.UniqueConstraint(fields=('org', 'joining'), name='people_parting_once'),
        ),
        migrations.RunSQL([JOINED_BEFORE], migrations.RunSQL.noop),
    ]
