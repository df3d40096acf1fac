"""Promotions as the pages show them: in words, with bars, every number with its link."""
