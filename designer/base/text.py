"""Sentences that can still be said in another language. They lie in the engine, which imports nothing of the others and
says some too; the others take them from here.
"""

from designer.engine.text import Text, all_of, joined, one_of

__all__ = ["Text", "all_of", "joined", "one_of"]
