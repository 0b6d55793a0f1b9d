"""The figures: each beside a reference measured in the same run, on the same machine. `make bench`; nothing here is asserted."""
