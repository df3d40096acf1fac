"""What an author wrote becomes a rule, or a list of everything that is wrong with it. Pure."""
