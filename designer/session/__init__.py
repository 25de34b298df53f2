"""One open design: document, history, live check, training control. What a UI talks to."""
