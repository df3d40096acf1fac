"""Owns touches: the opens, clicks, accesses and unsubscribes that came back from messages."""
