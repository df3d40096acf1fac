"""SMTP: for laptops. No receipts, no opens, no look-up; refused in production unless allowed."""
