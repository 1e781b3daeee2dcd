import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('recorder-process.mjs', import.meta.url))

/** Starts the recorder as a process of its own, so that its memory is its own too. */
export async function startRecorderProcess(databaseUrl) {
  const child = fork(program, { env: { ...process.env, DATABASE_URL: databaseUrl } })
  const ended = once(child, 'exit')
  const answer = async (question) => {
    child.send(question)
    const [reply] = await once(child, 'message')
    return reply
  }
  const [{ url }] = await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('the recorder did not start'))),
  ])
  return {
    url,
    /** Bytes of its memory (RSS): now, and at the worst since it was last asked. */
    memory: () => answer('memory'),
    async stop() {
      child.send('stop')
      await ended
    },
  }
}
