"""A Discord server: its members and their roles."""
