"""Discord: the channel's webhook, and the team's slash commands over HTTP interactions."""
