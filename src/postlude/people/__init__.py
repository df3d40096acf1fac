"""The people an organisation knows: the only room that holds a name, an address or an answer."""
