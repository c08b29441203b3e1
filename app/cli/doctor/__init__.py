"""`flask doctor`: names what is wrong and what to do. Needs no Redis, no keys and no usable environment to run."""
