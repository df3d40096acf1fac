"""Messenger's Send API as a simulator."""
