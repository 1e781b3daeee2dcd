import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { findingNames } from '@mnemoscope/evaluation'
import { type Figure, typescript } from '../harness/figures.js'
import { repository } from '../harness/repository.js'
import { faultIn, faultOf, plantedShares } from './planted-store.js'
import type { StoreRun } from './store-process.js'

/** A store that is read, and what it may take. */
export interface StoreCase {
  readonly entries: number
  /** Share of the time for the reading. */
  readonly share: number
  /** Goals: MiB that the reading adds to its process, and seconds. */
  readonly most: { readonly mebibytes: number; readonly seconds: number }
}

/** Points by which a share may differ from the planted one. */
const mostPoints = 2

/** Reads a store with planted faults in a process of its own, and compares what was found with what was planted. */
export async function storeFigures({ entries, share, most }: StoreCase): Promise<Figure[]> {
  const { health, ...took } = await readInProcess(entries, share)
  const planted = plantedShares(entries)
  const name = (what: string) => `store of ${entries.toLocaleString('en-US')}: ${what}`
  const atMost = (what: string, value: number | null, unit: string, goal: number): Figure => {
    const rounded = value === null ? null : Number(value.toFixed(2))
    return { name: name(what), value: rounded, unit, goal, ok: value !== null && value <= goal }
  }
  const found = findingNames.map((finding) => {
    const { count = Number.NaN, of = 1 } = health.findings[finding] ?? {}
    const off = Math.abs(count / of - planted[finding])
    return atMost(`${finding}, beside the truth`, Number.isNaN(off) ? null : 100 * off, 'points', mostPoints)
  })
  const examples = findingNames.flatMap((finding) =>
    (health.findings[finding]?.examples ?? []).map(({ id }) => faultIn(id) === faultOf[finding]),
  )
  const isPlanted = (planted: boolean) => examples.filter((right) => right === planted).length
  return [
    atMost('entries that were not read', entries - health.entries, 'entries', 0),
    ...found,
    atMost('examples without the fault', isPlanted(false), 'examples', 0),
    {
      name: name('examples'),
      value: isPlanted(true),
      unit: 'examples',
      ok: isPlanted(true) === 10 * findingNames.length,
    },
    atMost('share of a core', (100 * took.cpuSeconds) / health.seconds, '%', 100 * share),
    atMost('CPU time', took.cpuSeconds, 's', most.seconds * share),
    atMost('time', health.seconds, 's', most.seconds),
    atMost(
      'memory that it adds',
      (took.memoryBytes - took.memoryBytesBefore) / 2 ** 20,
      'MiB',
      most.mebibytes,
    ),
    {
      name: name('memory of the process'),
      value: Math.round(took.memoryBytes / 2 ** 20),
      unit: 'MiB',
      ok: true,
    },
    {
      name: name('longest block of the event loop'),
      value: Math.round(took.blockedMs),
      unit: 'ms',
      ok: true,
    },
  ]
}

async function readInProcess(entries: number, share: number): Promise<StoreRun> {
  const args = typescript('test/memory/store-process.ts', String(entries), String(share))
  const child = spawn(process.execPath, args, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [code, output] = await Promise.all([ended, text(child.stdout)])
  if (code !== 0) throw new Error(`reading a store of ${entries} entries ended with ${code}`)
  return JSON.parse(output) as StoreRun
}
