"""The few dialogs there are. Each is imported where it opens: the window stands sooner without them."""
