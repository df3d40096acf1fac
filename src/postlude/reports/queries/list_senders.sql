-- By which vendor each sender sends.
SELECT sender, vendor FROM messages_facts_sender WHERE org = %(org)s
