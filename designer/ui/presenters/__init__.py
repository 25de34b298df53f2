"""From the model to what is shown: pure functions that give the canvas and the docks their plain data. No Qt."""
