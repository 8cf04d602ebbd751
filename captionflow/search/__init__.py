"""What every search adapter does alike: what is searched for, and how its hits are shown."""
