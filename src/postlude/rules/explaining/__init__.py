"""Why a rule holds or not: what each leaf says, what follows, what was nearly there. Pure."""
