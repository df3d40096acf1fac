"""Discord: the plain channel webhook."""
