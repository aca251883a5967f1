"""Playing trials: the policy protocol, scripted policies and the asynchronous runner."""
