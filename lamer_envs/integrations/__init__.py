"""The environments in the shapes that other libraries expect; one module for each library."""
