"""Owns what is said to whom: messages, the outbox, templates, links, senders, and who is spared."""
