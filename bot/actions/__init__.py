"""Custom actions, one a file. Rasa's SDK walks this package: keep it flat."""
