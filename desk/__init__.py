"""Where people meet: the public web service, the store of conversations, the handoff cases."""
