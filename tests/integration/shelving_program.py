"""captionflow, but the segment worker looks all the time for sessions that have been silent for long."""

from services.cli.main import main
from services.segment import worker

if __name__ == "__main__":
    worker.SHELVE_SECONDS = 0.05
    main()
