"""The ledger of points and bonus money: who was given what, what became of it, what is left."""
