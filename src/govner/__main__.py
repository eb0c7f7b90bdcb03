"""``python -m govner`` is the command ``govner``."""

from govner.cli import main

if __name__ == "__main__":
    main()
