"""Named transactions, undo history and the commands that gestures stand for."""
