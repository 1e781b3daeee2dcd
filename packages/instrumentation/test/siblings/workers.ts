import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Told } from './worker.js'

/** Real workers of node:cluster, which all start the monitor with the same port. */
const workers = new Set<Worker>()
export const warnings: string[] = []

export async function fork(port: number, env: Record<string, string> = {}): Promise<Worker> {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('worker.ts', import.meta.url)),
    execArgv: ['--import', 'tsx'],
    args: [],
  })
  const worker = cluster.fork({ PORT: String(port), ...env })
  workers.add(worker)
  worker.on('message', ({ warned }: { warned?: string }) => warned && warnings.push(warned))
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: object) => 'started' in message && resolve())
    worker.once('exit', () => reject(new Error('a worker ended while it started')))
  })
  return worker
}

/** Ends all workers. */
export async function endWorkers(): Promise<void> {
  const alive = [...workers].filter((worker) => !worker.isDead())
  workers.clear()
  warnings.length = 0
  await Promise.all(alive.map(kill))
}

export async function kill(worker: Worker): Promise<void> {
  const dead = once(worker, 'exit')
  worker.process.kill('SIGKILL')
  await dead
}

export async function tell(worker: Worker, told: Told): Promise<void> {
  const answer = told.stop === true ? once(worker, 'exit') : once(worker, 'message')
  worker.send(told)
  await answer
}
