"""What a person can set: one table of settings, and the keys of the commands."""
