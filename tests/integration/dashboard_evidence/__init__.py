"""The pages of proof over real registers."""
