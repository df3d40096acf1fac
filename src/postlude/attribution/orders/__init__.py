"""What an order is credited to: which message was opened, which link clicked before it."""
