"""How a page leaves the platform: one folder for each kind of receiver, all of one shape. What they send says nothing of anybody."""
