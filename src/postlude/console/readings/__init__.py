"""What the pages read from the other rooms, one module per page."""
