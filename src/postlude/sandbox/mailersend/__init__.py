"""MailerSend: one mail a call, and signed webhooks that know a mail by MailerSend's own id."""
