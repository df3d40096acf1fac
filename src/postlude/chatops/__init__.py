"""Chatops: alerts to the team's channel and mailbox; later the team's commands."""
