"""The target's metrics beside the samples."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pyarrow import parquet

from firstbell.scenarios.scraper import Scraper


class _Metrics(BaseHTTPRequestHandler):
    scrapes = 0

    def do_GET(self) -> None:
        type(self).scrapes += 1
        late = f'firstbell_requests_total{{route="late"}} {self.scrapes}\n' if self.scrapes > 1 else ""
        body = f'firstbell_cpu_seconds_total{{station="app"}} {self.scrapes}\n{late}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def target() -> Iterator[str]:
    _Metrics.scrapes = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Metrics)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_scrape_is_a_row_with_its_time_and_what_appears_later_was_unknown_before(
    target: str, tmp_path: Path
) -> None:
    scraper = Scraper(target, tmp_path, server_cores=[0])
    before_s = time.monotonic()
    scraper.start()
    while _Metrics.scrapes < 2:
        time.sleep(0.02)
    scraper.stop()
    table = parquet.read_table(tmp_path / "server.parquet")
    assert table["cpu_seconds.app"].to_pylist() == [float(number) for number in range(1, len(table) + 1)]
    assert len(table) >= 3  # the last at the very end
    assert table["requests.late"].to_pylist()[1:] == [float(number) for number in range(2, len(table) + 1)]
    assert table["requests.late"].to_pylist()[0] != table["requests.late"].to_pylist()[0]
    times = table["time_s"].to_pylist()
    assert before_s <= times[0] <= times[-1] <= time.monotonic()
    assert table["host_busy_s"].to_pylist()[0] > 0


def test_a_target_without_metrics_leaves_no_file_and_a_reason(tmp_path: Path) -> None:
    scraper = Scraper("http://127.0.0.1:1", tmp_path)
    scraper.start()
    scraper.stop()
    assert not list(tmp_path.iterdir())
    assert scraper.problem is not None
    assert "127.0.0.1:1/metrics can't be read" in scraper.problem
