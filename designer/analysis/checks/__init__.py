"""Checks that look at a finished analysis for mistakes that shapes alone do not show."""
