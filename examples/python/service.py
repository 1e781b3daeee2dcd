"""A memory system that measures itself with OpenTelemetry alone. It knows nothing of Mnemoscope."""

import os
import random
import time

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import get_meter_provider, set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client import start_http_server

port = int(os.environ.get("PORT", "9464"))
# Seconds that a search takes on average, and between two searches.
takes = float(os.environ.get("TAKES", "0.8"))
every = float(os.environ.get("EVERY", "0.5"))

start_http_server(port, addr="127.0.0.1")
resource = Resource.create({"service.name": "python-memory"})
set_meter_provider(MeterProvider(resource=resource, metric_readers=[PrometheusMetricReader()]))
meter = get_meter_provider().get_meter("python-memory")

# The names and boundaries of the GenAI conventions.
duration = meter.create_histogram(
    "gen_ai.client.operation.duration",
    unit="s",
    explicit_bucket_boundaries_advisory=[
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ],
)
# Names of its own.
lookups = meter.create_counter("memory.lookups")

print(f"metrics at http://127.0.0.1:{port}/metrics", flush=True)
while True:
    seconds = takes * random.uniform(0.5, 1.5)
    duration.record(seconds, {"gen_ai.operation.name": "search_memory", "gen_ai.request.model": "gpt-4o"})
    lookups.add(1, {"result": "hit" if random.random() < 0.9 else "miss"})
    time.sleep(every)
