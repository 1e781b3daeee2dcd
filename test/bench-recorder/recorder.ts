import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('recorder-process.ts', import.meta.url))

/** A recorder in a separate process, so that its memory holds nothing of the bench. */
export interface RecorderProcess {
  readonly url: string
  /** Bytes of its memory (RSS): now, and the most since the last call. */
  memory(): Promise<{ now: number; worst: number }>
  stop(): Promise<void>
}

export async function startRecorderProcess(databaseUrl: string): Promise<RecorderProcess> {
  const child = fork(program, { env: { ...process.env, DATABASE_URL: databaseUrl } })
  const ended = once(child, 'exit')
  const [{ url }] = await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('the recorder did not start'))),
  ])
  return {
    url,
    async memory() {
      child.send('memory')
      const [memory] = await once(child, 'message')
      return memory
    },
    async stop() {
      child.send('stop')
      await ended
    },
  }
}
