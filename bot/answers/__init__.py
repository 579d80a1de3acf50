"""From passages to an answer in the documents' own words, or to none. No Rasa here."""
