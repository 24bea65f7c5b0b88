"""What each reader is put together from: one module for each, with a function `build`."""
