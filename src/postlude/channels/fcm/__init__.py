"""Firebase Cloud Messaging: notifications on phones and in browsers, by its HTTP v1 API."""
