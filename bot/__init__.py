"""The assistant: Rasa training data, components, policies, actions, answer composition."""
