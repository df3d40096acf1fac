"""every8d: SMS in Taiwan, answered by a line of text."""
