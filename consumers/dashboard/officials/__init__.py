"""Pages for those who answer for the queues: ministry, region, locality; and the public start that leads to a queue.

They read the indicators for how it went, the live view for how it is, and the registers for the records behind both.
Nothing is decided here, and nothing is counted that the journal does not say.
"""
