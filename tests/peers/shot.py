"""A picture of a record page in Chromium, for looking at it (`make peers ARGS=--picture`)."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.factories import PASSWORD


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """No line for every file of the page."""


def take(app: Flask, email: str, path: str, target: Path) -> None:
    """Sign in as `email`, open `path`, keep the whole page."""
    from playwright.sync_api import sync_playwright

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://localhost:{server.port}"
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    try:
        with sync_playwright() as playwright:
            chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=options)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.goto(f"{root}/sign-in")
            page.fill("[name=email]", email)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_load_state()
            page.goto(root + path)
            page.screenshot(path=str(target), full_page=True)
            browser.close()
    finally:
        server.shutdown()
