import { Worker } from 'node:worker_threads'
import type { GenerateOptions } from '@mnemoscope/generate'
import { type Config, configMeaning, MnemoscopeError } from '@mnemoscope/kpi'
import { type MadeFiles, readMade } from './made-files.js'

/** Makes generated files in a thread of its own, so that this one answers requests meanwhile. */
export interface FileMaker {
  /** One at a time. @throws what `makeFiles` throws */
  make(config: Config, options: GenerateOptions): Promise<MadeFiles>
  stop(): Promise<void>
}

/** A thread takes memory. One that was just used is quick, as its code is compiled. */
const idleMs = 60_000

type Answer = { readonly made: string } | { readonly failed: MnemoscopeError }

export function startFileMaker(): FileMaker {
  let thread: Worker | undefined
  let idle: NodeJS.Timeout | undefined

  async function stop(): Promise<void> {
    clearTimeout(idle)
    const ending = thread
    thread = undefined
    await ending?.terminate()
  }

  return {
    async make(config, options) {
      clearTimeout(idle)
      thread ??= new Worker(new URL('../../generator.mjs', import.meta.url), { execArgv: [] })
      // While nothing is made, it does not keep the process from ending.
      thread.ref()
      try {
        // Functions cannot go to another thread. No file depends on them.
        const answer = await asked(thread, { config: configMeaning(config), options })
        thread.unref()
        idle = setTimeout(() => void stop(), idleMs).unref()
        if ('made' in answer) return readMade(answer.made)
        throw failure(answer.failed)
      } catch (error) {
        if (!(error instanceof MnemoscopeError)) await stop()
        throw error
      }
    },
    stop,
  }
}

function asked(thread: Worker, question: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number) => reject(new Error(`the thread that makes files ended with ${code}`))
    const settled = () => {
      thread.off('message', answered)
      thread.off('error', failed)
      thread.off('exit', ended)
    }
    const answered = (answer: Answer) => {
      settled()
      resolve(answer)
    }
    const failed = (error: Error) => {
      settled()
      reject(error)
    }
    thread.once('message', answered)
    thread.once('error', failed)
    thread.once('exit', ended)
    thread.postMessage(question)
  })
}

/** An error does not keep its class on the way from another thread. */
function failure({ code, message, value, expected, next }: MnemoscopeError): Error {
  if (code === undefined) return new Error(message)
  return new MnemoscopeError(code, message, { value, next, ...(expected !== undefined && { expected }) })
}
