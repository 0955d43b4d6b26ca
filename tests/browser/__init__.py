"""Tests that open a real JupyterLab in a real Chromium, and the tools for it."""
