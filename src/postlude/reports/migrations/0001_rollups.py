"""Counters and bitmaps of what nodes send and what comes back; what is there already is counted."""

import django.db.models.deletion
import postlude.kernel.ids
from django.db import migrations, models

from postlude.kernel.new_tables import NewTables

BEGIN = "INSERT INTO reports_rebuild (id, org_id, done_to) SELECT id, id, '' FROM orgs_organization"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0002_write_keys'),
    ]

    operations = [NewTables([
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('node', models.CharField(blank=True, max_length=100)),
                ('day', models.DateField()),
                ('version', models.IntegerField(default=0)),
                ('at', models.DateTimeField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'reports_cell',
                'indexes': [models.Index(fields=['org', 'day'], name='reports_cell_day')],
                'constraints': [models.UniqueConstraint(fields=('org', 'node', 'day'), name='reports_cell_u')],
            },
        ),
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('node', models.CharField(blank=True, max_length=100)),
                ('day', models.DateField()),
                ('channel', models.CharField(max_length=32)),
                ('journey', models.BigIntegerField()),
                ('template', models.BigIntegerField()),
                ('testing', models.BooleanField()),
                ('what', models.CharField(max_length=48)),
                ('n', models.BigIntegerField()),
                ('reported', models.BigIntegerField()),
                ('segments', models.BigIntegerField()),
                ('cost', models.BigIntegerField()),
                ('priced', models.BigIntegerField()),
                ('priced_segments', models.BigIntegerField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'reports_count',
                'indexes': [models.Index(fields=['org', 'day'], name='reports_count_day')],
                'constraints': [models.UniqueConstraint(fields=('org', 'node', 'day', 'channel', 'journey', 'template', 'testing', 'what'), name='reports_count_u')],
            },
        ),
        migrations.CreateModel(
            name='Number',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('who', models.BigIntegerField()),
                ('visitor', models.BooleanField()),
                ('number', models.BigIntegerField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'reports_number',
                'constraints': [models.UniqueConstraint(fields=('org', 'who', 'visitor'), name='reports_number_who'), models.UniqueConstraint(fields=('org', 'number'), name='reports_number_u')],
            },
        ),
        migrations.CreateModel(
            name='Numbering',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('following', models.BigIntegerField(default=0)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'reports_numbering',
                'constraints': [models.UniqueConstraint(fields=('org',), name='reports_numbering_u')],
            },
        ),
        migrations.CreateModel(
            name='People',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('node', models.CharField(blank=True, max_length=100)),
                ('day', models.DateField()),
                ('channel', models.CharField(max_length=32)),
                ('template', models.BigIntegerField()),
                ('cycle', models.BigIntegerField()),
                ('opened_raw', models.BinaryField(null=True)),
                ('opened_human', models.BinaryField(null=True)),
                ('opened_filtered', models.BinaryField(null=True)),
                ('clicked_raw', models.BinaryField(null=True)),
                ('clicked_human', models.BinaryField(null=True)),
                ('clicked_filtered', models.BinaryField(null=True)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'reports_people',
                'indexes': [models.Index(fields=['org', 'day'], name='reports_people_day')],
                'constraints': [models.UniqueConstraint(fields=('org', 'node', 'day', 'channel', 'template', 'cycle'), name='reports_people_u')],
            },
        ),
        migrations.CreateModel(
            name='Rebuild',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('done_to', models.CharField(blank=True, default='', max_length=120)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'reports_rebuild',
                'constraints': [models.UniqueConstraint(fields=('org',), name='reports_rebuild_u')],
            },
        ),
        migrations.CreateModel(
            name='Sent',
            fields=[
                ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('node', models.CharField(blank=True, max_length=100)),
                ('day', models.DateField()),
                ('channel', models.CharField(max_length=32)),
                ('cycles', models.BinaryField()),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
            ],
            options={
                'db_table': 'reports_sent',
                'constraints': [models.UniqueConstraint(fields=('org', 'node', 'day', 'channel'), name='reports_sent_u')],
            },
        ),
    ]), migrations.RunSQL([BEGIN], migrations.RunSQL.noop)]
