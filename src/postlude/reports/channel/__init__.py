"""The channel report: what a channel sent, who opened and clicked it, what was bought."""
