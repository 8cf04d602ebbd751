"""One package per way to run; each implements the ports of captionflow.ports."""
