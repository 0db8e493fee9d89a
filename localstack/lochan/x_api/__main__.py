"""`python -m lochan.x_api`: serve the X API v2 on loopback; see lochan.x_api.settings."""

from __future__ import annotations

import argparse
import os
import sys

import uvicorn

from lochan.x_api.server import Server, make_app
from lochan.x_api.settings import SettingsError, read_settings


def main() -> int:
    """Serve until told to stop; 2 where the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m lochan.x_api", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8321)
    arguments = parser.parse_args()
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    app = make_app(Server(settings))
    uvicorn.run(app, host=arguments.host, port=arguments.port, log_level="info")
    return 0


if __name__ == "__main__":
    sys.exit(main())
