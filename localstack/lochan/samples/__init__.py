"""Generated input for the flows that read files: what a fresh stack has in its landing zone.

A module for each flow, by the flow's name, with `make_objects() -> Iterator[tuple[str, bytes]]`:
keys in the landing bucket and bodies, always the same. The X API has a server of its own
(lochan.x_api).
"""
