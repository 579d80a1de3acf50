"""Setting up and starting the parts."""
