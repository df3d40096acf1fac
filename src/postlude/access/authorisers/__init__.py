"""Those who let people in: one folder per vendor, one shape."""
