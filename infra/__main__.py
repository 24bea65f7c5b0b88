"""`python -m infra` is the `oryn` command, for places without its script."""

from infra.cli import main

main()
