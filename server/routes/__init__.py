"""The routes: a router a group, thin; what they do is the engine's, the intake's, the store's."""
