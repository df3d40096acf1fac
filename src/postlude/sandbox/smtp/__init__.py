"""SMTP: a sink which takes mail on its own port and shows it."""
