"""What each command of the team answers; one module a command."""
