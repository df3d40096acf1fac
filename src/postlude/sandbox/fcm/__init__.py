"""Firebase Cloud Messaging and Google's tokens as a simulator."""
