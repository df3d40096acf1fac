"""A site's form gateway: one text to one phone by POST; the site chooses push or SMS."""
