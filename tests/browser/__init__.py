"""Tests that look at pages in real Chromium."""

import pytest

pytest.register_assert_rewrite("tests.browser.widget_page", "tests.browser.staff_page")
