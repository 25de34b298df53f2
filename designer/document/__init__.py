"""Reading and writing designs: the format, its upgrades, atomic saves."""
