"""The CSV exports of KKTIX: attendees and orders, Chinese or English headers, of any year."""
