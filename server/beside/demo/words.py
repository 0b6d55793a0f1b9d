"""What the demo's people say. Made up for it, about nobody."""

TUESDAY = (
    "Tuesday evening",
    "For anyone who finds evenings long. We open with a round, and nobody has to speak.",
    """We speak about ourselves, not about others. What is said here stays here. We leave room for quiet people.
If something is too heavy, say so, and somebody will sit with you.""",
)
CARERS = (
    "Carers' hour",
    "For people who look after somebody else, and need an hour to be looked after themselves.",
    "No advice unless it is asked for. No names of the people we care for. Nothing is kept: who comes later does not see what was said before.",
)
LOUNGE = (
    "The lounge",
    "Always open. Small talk, long silences, reading along: all welcome.",
    "Be kind, and keep it light enough for somebody who is having a bad day. No contact details, no selling.",
)

CHAT = [
    ("Rowan", "Hi Wren, I'm glad you came back. How have the evenings been?"),
    ("Wren", "better than last week, mostly. the walks help a bit"),
    ("Rowan", "That's good to hear. A bit counts."),
]
TUESDAY_CHAT = [
    ("Ada", "Welcome, everyone. Shall we begin with how we're arriving tonight? One word is plenty."),
    ("Fern", "tired"),
    ("Wren", "here"),
    ("Rowan", "Hopeful, a little. It's good to see you both."),
    ("Fern", "it was a long day but I wanted to come"),
    ("Ada", "You came, and that's enough for tonight."),
]
LOUNGE_CHAT = [
    ("Moss", "The kettle is on, in spirit."),
    ("Fern", "I made soup. far too much soup"),
    ("Wren", "soup is never too much"),
]
