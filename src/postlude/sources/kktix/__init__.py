"""KKTIX: the organiser API, its webhook, and its CSV exports."""
