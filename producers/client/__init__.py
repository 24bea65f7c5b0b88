"""What a kindergarten's system or a portal installs: publish events, lose and double none, learn what became of them."""
