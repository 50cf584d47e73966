"""``voidgen write``: write an ISO to a USB stick, and read it back."""
