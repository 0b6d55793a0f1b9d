"""The page that says which test proves which fault."""

from tests.faults.coverage import PAGE, page


def test_the_page_is_what_the_tests_say() -> None:
    """Whoever adds or takes away a proof writes the page anew: `python -m tests.faults.coverage`."""
    assert page() == PAGE.read_text()
