"""A text to a person, and what is tried instead where it does not reach them."""
