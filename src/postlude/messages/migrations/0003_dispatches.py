"""Dispatches with their way: made anew, since nothing ever wrote the first table."""

import django.db.models.deletion
import postlude.kernel.ids
from django.db import migrations, models

from postlude.kernel.new_tables import NewTables


class Migration(migrations.Migration):

    dependencies = [
        ('messages', '0002_facts'),
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.DeleteModel(name='Dispatch'),
        NewTables([
            migrations.CreateModel(
                name='Dispatch',
                fields=[
                    ('id', models.BigIntegerField(default=postlude.kernel.ids.new_id, primary_key=True, serialize=False)),
                    ('key', models.CharField(max_length=100)),
                    ('klass', models.CharField(max_length=16)),
                    ('template_version', models.BigIntegerField()),
                    ('locale', models.CharField(blank=True, default='', max_length=16)),
                    ('context', models.JSONField(default=dict)),
                    ('state', models.CharField(max_length=16)),
                    ('step', models.CharField(blank=True, default='', max_length=16)),
                    ('vendor', models.JSONField(default=dict)),
                    ('provider_id', models.CharField(blank=True, default='', max_length=255)),
                    ('count', models.IntegerField(default=0)),
                    ('reason', models.CharField(blank=True, default='', max_length=300)),
                    ('actor', models.CharField(blank=True, default='', max_length=100)),
                    ('failures', models.IntegerField(default=0)),
                    ('at', models.DateTimeField()),
                    ('send_at', models.DateTimeField(null=True)),
                    ('due', models.DateTimeField()),
                    ('tried_at', models.DateTimeField(null=True)),
                    ('listed_at', models.DateTimeField(null=True)),
                    ('finished_at', models.DateTimeField(null=True)),
                    ('owner', models.CharField(blank=True, default='', max_length=64)),
                    ('lease_until', models.DateTimeField(null=True)),
                    ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organization')),
                    ('sender', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messages.sender')),
                ],
                options={'db_table': 'messages_dispatch'},
            ),
            migrations.AddIndex(
                model_name='dispatch',
                index=models.Index(fields=['org', 'sender', 'at'], name='messages_dispatch_sender'),
            ),
            migrations.AddIndex(
                model_name='dispatch',
                index=models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['due'], name='messages_dispatch_due'),
            ),
            migrations.AddConstraint(
                model_name='dispatch',
                constraint=models.UniqueConstraint(fields=('org', 'key'), name='messages_dispatch_u'),
            ),
        ]),
        migrations.AddField(
            model_name='sender', name='reports', field=models.JSONField(default=dict),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('dispatch__isnull', False)), fields=['dispatch', 'id'], name='messages_message_dispatch'),
        ),
    ]
