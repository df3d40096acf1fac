"""Rule orders: preview, reserve, confirm or cancel, reverse."""
