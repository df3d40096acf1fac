"""Coupons: stocks of codes for one use each, held, issued, redeemed."""
