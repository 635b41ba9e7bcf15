"""The command line as ``python -m experiments``: the code of this folder, whatever is installed beside it."""

from experiments.cli import main

if __name__ == "__main__":
    main()
