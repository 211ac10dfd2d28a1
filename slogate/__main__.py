"""`python -m slogate` is the same program as the `slogate` console script."""

from slogate.cli import main

if __name__ == "__main__":
    main()
