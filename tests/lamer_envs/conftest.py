"""Its presence puts this folder on the path, so that tests below can import `doors`."""
