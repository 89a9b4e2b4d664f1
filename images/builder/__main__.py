"""`python -m images.builder`."""

from images.builder.cli import main

main()
