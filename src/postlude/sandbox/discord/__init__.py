"""Discord: a channel, an application, and the people who type its commands."""
