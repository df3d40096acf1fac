"""LINE's Messaging API as a simulator."""
