"""What the command line asks of rules in files: are they right, and why do they hold or not."""
