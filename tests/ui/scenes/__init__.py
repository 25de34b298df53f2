"""What the screenshot script takes pictures of, a module a topic."""
