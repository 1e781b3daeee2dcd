/** Reads a planted store in a process of its own, and prints what was found and what it took. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readStore, type StoreHealth } from '@mnemoscope/evaluation'
import { plantedStore } from './planted-store.js'

export interface StoreRun {
  readonly health: StoreHealth
  /** Seconds of CPU time while it was read. */
  readonly cpuSeconds: number
  /** Largest resident memory of the process, in bytes, and what it had before. */
  readonly memoryBytes: number
  readonly memoryBytesBefore: number
  /** How long the event loop was blocked, at the longest, in milliseconds. */
  readonly blockedMs: number
}

const [count = '', share = ''] = process.argv.slice(2)
// The first use loads the rules for secrets, which a service does once.
await readStore(() => plantedStore(100, 0), { share: 1 })
const memoryBytesBefore = process.memoryUsage.rss()
// Each look takes time of the core too.
const delay = monitorEventLoopDelay({ resolution: 20 })
delay.enable()
const before = process.cpuUsage()
const now = Date.now()
const health = await readStore(({ after }) => plantedStore(Number(count), now, after), {
  share: Number(share),
})
const { user, system } = process.cpuUsage(before)
const run: StoreRun = {
  health,
  cpuSeconds: (user + system) / 1e6,
  memoryBytesBefore,
  // Kilobytes.
  memoryBytes: process.resourceUsage().maxRSS * 1_024,
  blockedMs: delay.max / 1e6,
}
console.log(JSON.stringify(run))
