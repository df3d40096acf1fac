"""YouTube: an unlisted link behind our own; there is no call to make."""
