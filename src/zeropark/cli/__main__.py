"""``python -m zeropark.cli`` does what ``zeropark`` does."""

from zeropark.cli.app import main

main()
