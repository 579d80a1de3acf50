"""Rasa policies of our own: who is in charge of a conversation."""
