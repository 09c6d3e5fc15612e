"""The gold set for reading: pages with the text they should give, their score, and the same for other readers."""
