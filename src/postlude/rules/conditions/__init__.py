"""The kinds of conditions, one file each."""
