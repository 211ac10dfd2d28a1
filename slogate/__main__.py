"""`python -m slogate` is the same program as the `slogate` console script."""

import signal


def main() -> None:
    """Run the program and end the process with its exit code."""
    # NOTE: until the program is loaded, Ctrl-C ends it as it ends others: without a traceback.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from slogate import cli

    cli.main()


if __name__ == "__main__":
    main()
