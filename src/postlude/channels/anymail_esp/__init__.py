"""Any ESP that django-anymail reaches by plain keys: Postmark, SendGrid, Brevo and others."""
