"""The start page: templates with pictures, files that were open, a new design."""
