"""The cost report: what the channels cost, and what they brought."""
