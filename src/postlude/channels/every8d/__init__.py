"""every8d: SMS to Taiwan, one text to one phone a call, answered by a line of text."""
