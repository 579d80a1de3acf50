"""What a message is, before anybody answers it: labels, wordings, verdict. No Rasa here."""
