"""What performance is judged by: `make bench`. Prints ratios of one run; asserts no time."""
