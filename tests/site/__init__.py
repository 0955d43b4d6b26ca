"""Tests of the lessons as a static site. What a browser makes of it: tests/browser/test_site.py."""
