"""A small shop with the beacon in its pages, to see what a visitor leaves behind."""
