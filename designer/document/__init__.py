"""Reading and writing designs: the format, its upgrades, atomic saves, and the documents that ship with Blockyard."""
