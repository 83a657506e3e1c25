"""Which stores could there be? Plausible plans of three forms and many sizes, all of them valid."""
