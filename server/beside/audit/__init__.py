"""What staff and the house did, in a ledger that can only grow and whose every row vouches for the one before."""
