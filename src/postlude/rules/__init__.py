"""Rules: what is said about a sale, a member or a card, whether it holds, and which of them win."""
