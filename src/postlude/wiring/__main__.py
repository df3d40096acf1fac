"""`python -m postlude.wiring` is `postlude`."""

from postlude.wiring.cli import main

main()
