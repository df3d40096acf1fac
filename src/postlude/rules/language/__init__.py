"""The template language: text to tree and back, with mistakes that point at their place. Pure."""
