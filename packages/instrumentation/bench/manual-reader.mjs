import { MetricReader } from '@opentelemetry/sdk-metrics'

/** A reader that collects when asked and exports nowhere. */
export class ManualReader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
