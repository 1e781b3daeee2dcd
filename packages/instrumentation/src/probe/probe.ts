import { AsyncLocalStorage } from 'node:async_hooks'
import { durationSeconds, MnemoscopeError } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warn-once.js'
import type { Handle, OperationValues } from '../handle/handle-types.js'
import { ask } from './ask.js'
import type { Probe, ProbeCall, ProbeOptions, ProbeRun } from './probe-options.js'
import { type RetrievalScore, scoreRetrieval } from './score.js'

/** Questions that may hang at the same time: past this a hung system is not asked, so that what hangs can't pile up. */
const mostHanging = 8

const probing = new AsyncLocalStorage<true>()

/** Whether the code that runs now answers a probe, so that an application can keep its own traffic apart. */
export function isProbe(): boolean {
  return probing.getStore() === true
}

interface ProbeContext {
  readonly handle: Handle
  readonly warn: WarningHandler
}

/**
 * Starts to probe; the first run begins one interval from now.
 * @throws MnemoscopeError USAGE where there is no question, or one without relevant answers
 */
export function startProbe(options: ProbeOptions, { handle, warn }: ProbeContext): Probe {
  const { questions, retrieve, share = 0.1, jitter = 0.1, timeout = '30s', onRun } = options
  checkQuestions(questions)
  const everyMilliseconds = durationSeconds(options.every) * 1_000
  const timeoutMilliseconds = durationSeconds(timeout) * 1_000
  const stopping = new AbortController()
  let underWay: Promise<ProbeRun> | undefined
  let next: NodeJS.Timeout | undefined
  let unsettled = 0

  /** The application's retrieval, counted for as long as it has not settled. */
  async function retrieveCounted(question: string, call: ProbeCall): Promise<readonly string[]> {
    if (unsettled >= mostHanging) throw new Error(`${unsettled} earlier questions still hang`)
    unsettled++
    try {
      return await retrieve(question, call)
    } finally {
      unsettled--
    }
  }

  /** Scheduling only: no measurement depends on the number drawn. */
  const varied = (milliseconds: number) => milliseconds * (1 + jitter * (2 * Math.random() - 1))

  function schedule(after: number): void {
    if (stopping.signal.aborted) return
    next = setTimeout(async () => {
      const start = performance.now()
      await run()
      schedule(Math.max(0, varied(everyMilliseconds) - (performance.now() - start)))
    }, after)
    next.unref()
  }

  function run(): Promise<ProbeRun> {
    underWay ??= probing.run(true, runAll).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  async function runAll(): Promise<ProbeRun> {
    const scores: RetrievalScore[] = []
    let failed = 0
    for (const [i, { question, relevant }] of questions.entries()) {
      if (stopping.signal.aborted) break
      const start = performance.now()
      try {
        const retrieved = await ask(retrieveCounted, question, timeoutMilliseconds, stopping.signal)
        const latency = (performance.now() - start) / 1_000
        const score = scoreRetrieval(retrieved, relevant)
        scores.push(score)
        handle.operation({ f1_score: score.f1, latency, ...ownKpis(handle, score) } as OperationValues)
      } catch (error) {
        if (stopping.signal.aborted) break
        failed++
        warn({ code: 'HOOK_FAILED', message: `A probe's question was not answered: ${String(error)}` })
      }
      if (i < questions.length - 1) {
        await rest(varied(restAfter(performance.now() - start, share)), stopping.signal)
      }
    }
    const result = { answered: scores.length, failed, mean: meanOf(scores) }
    try {
      onRun?.(result)
    } catch (error) {
      warn({ code: 'HOOK_FAILED', message: `A probe's onRun threw: ${String(error)}` })
    }
    return result
  }

  schedule(varied(everyMilliseconds))
  return {
    run,
    stop() {
      clearTimeout(next)
      stopping.abort(new Error('the probe was stopped'))
    },
  }
}

/** How long to rest after so long a question for probing to take no more than its share of the time. */
export function restAfter(milliseconds: number, share: number): number {
  return milliseconds * (1 / share - 1)
}

/** Figures for which the configuration declares KPIs of these ids. */
function ownKpis(handle: Handle, score: RetrievalScore): Record<string, number> {
  const figures = {
    precision: score.precision,
    recall: score.recall,
    average_precision: score.averagePrecision,
    reciprocal_rank: score.reciprocalRank,
    ndcg: score.ndcg,
  }
  return Object.fromEntries(Object.entries(figures).filter(([id]) => Object.hasOwn(handle, id)))
}

function meanOf(scores: readonly RetrievalScore[]): RetrievalScore | undefined {
  if (scores.length === 0) return undefined
  const mean = (figure: keyof RetrievalScore) =>
    scores.reduce((sum, score) => sum + score[figure], 0) / scores.length
  return {
    precision: mean('precision'),
    recall: mean('recall'),
    f1: mean('f1'),
    averagePrecision: mean('averagePrecision'),
    reciprocalRank: mean('reciprocalRank'),
    ndcg: mean('ndcg'),
  }
}

function rest(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    timer.unref()
    stopped.addEventListener('abort', done, { once: true })
    if (stopped.aborted) done()
  })
}

function checkQuestions(questions: ProbeOptions['questions']): void {
  const unlabelled = questions.find(({ relevant }) => relevant.length === 0)
  if (questions.length > 0 && unlabelled === undefined) return
  throw new MnemoscopeError('USAGE', 'a probe needs questions whose relevant answers are known', {
    value: unlabelled?.question ?? questions,
    expected: 'at least one question, each with at least one relevant id',
    next: 'Label the question, or leave it out.',
  })
}
