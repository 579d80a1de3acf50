"""What the clinic's website and its visitors talk to."""
