"""Output of `pactape explain`: as text and as a page."""
