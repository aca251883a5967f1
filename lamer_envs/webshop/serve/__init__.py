"""A shop for people: the same engine as the agent's, drawn as web pages (extra `serve`)."""
