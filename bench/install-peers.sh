#!/bin/sh
# Installs the load generators that `make bench` holds side by side: from Debian's archive (as root) and from npm, the
# latter into .peers. What can't be had is left out, and the benchmark says so.
set -u
cd "$(dirname "$0")/.."
apt-get update -qq && apt-get install -y --no-install-recommends wrk hey siege jmeter jmeter-http tsung
if command -v npm >/dev/null; then
    # Artillery brings Playwright along, which would fetch a browser that nothing here opens.
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --no-audit --no-fund --prefix .peers artillery@2.0.34 autocannon@8.0.0
fi
