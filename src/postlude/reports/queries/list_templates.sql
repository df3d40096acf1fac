-- What templates are called.
SELECT template, slug FROM messages_facts_template WHERE org = %(org)s
