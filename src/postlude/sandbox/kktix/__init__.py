"""KKTIX: the organiser API that is polled, and the webhook that is sent."""
