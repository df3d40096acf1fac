"""LINE: push messages by the Messaging API, each under a key of its own, and its webhooks."""
