"""The staff's pages at /staff: the queue, conversations, replies, accounts, figures."""
