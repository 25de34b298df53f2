"""How much of everything: beyond these limits a design is a slip, or a document that means harm."""

MAX_DEPTH = 40  # levels of blocks in a design
MAX_WORK = 20_000  # layers and blocks that one analysis works out beyond those that are drawn: copies that differ
MAX_LAYERS = 1_000_000  # of the network, each copy counted
MAX_REPEAT = 1000  # copies that one node stands for
MAX_ELEMENTS = 1 << 44  # of one tensor
