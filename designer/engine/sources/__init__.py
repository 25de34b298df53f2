"""What a data set may be on disk: one module a format, each with a `claims` and a `read`, and `find`, which asks them.

A `Source` gives a `Collection`: what there is, listed and labelled, most of it not yet read. Files are not trusted:
sizes are bounded, nothing in them is run, and what is wrong is an EngineError.
"""
