"""The page that says which test proves which fault."""

from tests.faults.coverage import PAGE, page, titles


def test_the_page_is_what_the_tests_say() -> None:
    """Whoever adds or takes away a proof writes the page anew: `python -m tests.faults.coverage`."""
    assert page() == PAGE.read_text()


def test_a_title_of_the_client_is_a_proof() -> None:
    """Rows are read from the titles of the client's tests, in whatever way a title is given, and from nothing else there."""
    text = """
// not this (FAULTS 1)
test('one thing (FAULTS 2, 4-5)', () => {
  ])('each of %s (FAULTS 7; its half)', async (_, trouble) => {
expect(text).toBe('no row here')
"""
    assert [("one thing", {2, 4, 5}), ("each of %s", {7})] == titles(text)
