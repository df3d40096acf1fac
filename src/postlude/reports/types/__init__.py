"""What reports answer with."""
