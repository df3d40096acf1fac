"""What notices brought back: reactions, rates with their intervals, money."""
