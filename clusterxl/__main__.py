"""`python -m clusterxl`, the same as the command `clusterxl`."""

from clusterxl.cli import main

if __name__ == "__main__":
    main()
