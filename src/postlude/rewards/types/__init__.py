"""What goes in and out of rewards, one file for each thing that is given."""
