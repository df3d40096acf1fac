"""Attribution: owns what was brought about by what, and the receipts that say why."""
