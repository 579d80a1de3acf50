"""The clinic's Slack: ask the assistant there, learn of cases there, answer them from there."""
