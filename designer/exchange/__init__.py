"""What leaves Blockyard: exported modules and whole projects."""
