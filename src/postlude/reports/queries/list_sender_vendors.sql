-- By which vendor a sender of this name sends.
SELECT slug, vendor FROM messages_facts_sender WHERE org = %(org)s
