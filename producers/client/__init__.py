"""What a kindergarten's system installs: publish events, lose and double none, learn what became of them."""
