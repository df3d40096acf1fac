"""A person lets people in: Postlude keeps the queue and waits."""
