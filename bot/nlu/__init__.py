"""Rasa components: sentence embedding, intent classifier, safety gate."""
