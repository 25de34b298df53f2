"""Arithmetic that several layer families share: sliding windows, broadcasting, cost."""
