"""All facts as files that anybody can read: pseudonyms, never a personal value."""
