"""Owns the reports: numbers over the facts that all rooms publish, each opening into its rows."""
