"""Run folders: what one training needs and produces, made and listed."""
