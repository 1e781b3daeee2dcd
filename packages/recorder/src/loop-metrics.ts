import { names } from '@mnemoscope/kpi'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Loop } from './loop.js'

/** A loop with what its figures are labelled with. */
export interface NamedLoop<Shown = Pick<Loop, 'lastHealthyAt' | 'failures'>> {
  /** Kind of work: `snapshots`, `backfill`, `roll_ups`, … */
  readonly work: string
  /** Name of the alert handler, where the work is telling it. */
  readonly handler?: string
  readonly loop: Shown
}

/**
 * Has a registry show when each kind of work last ended well, and how often it failed. Until it has ended well once,
 * its time is the recorder's start: 0 would read as behind by half a century, and nothing as no work at all.
 */
export function showLoops(registry: Registry, loops: readonly NamedLoop[], startedAt: Date): void {
  const labelNames = ['work', 'handler']
  const registers = [registry]
  const labelled = loops.map(({ work, handler, loop }) => ({
    labels: { work, ...(handler === undefined ? {} : { handler }) },
    loop,
  }))
  new Gauge({
    name: names.recorderMetric.lastHealthy,
    help: 'When each kind of work last ended well, as Unix time; until the first time, when the recorder started.',
    labelNames,
    registers,
    collect() {
      for (const { labels, loop } of labelled) {
        this.set(labels, (loop.lastHealthyAt ?? startedAt).getTime() / 1_000)
      }
    },
  })
  new Counter({
    name: names.recorderMetric.workFailures,
    help: 'Runs of each kind of work that failed; what they left undone, later runs do.',
    labelNames,
    registers,
    collect() {
      this.reset()
      for (const { labels, loop } of labelled) this.inc(labels, loop.failures)
    },
  })
}
