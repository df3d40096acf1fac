"""Which of the rules that match come into force together, and why the others do not. Pure."""
