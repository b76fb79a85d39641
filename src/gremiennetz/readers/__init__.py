"""Cell readers: one small module per kind of cell, from the words of a cell to typed values.

All of them keep three promises: they never raise on a text, they never invent a value that the text does not carry, and what they cannot
read they hand back as text (``unread``). Which words mean which concept stands in the vocabularies, not here.
"""
