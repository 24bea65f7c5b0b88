"""What the world outside is told, folded from the journal: outcomes, messages, bulletins, referral views, stages.

Reads journal records only and never a book, so it runs wherever the journal is read. Pure: no clock, no random, no
input or output.
"""
