import { durationSeconds } from '@mnemoscope/kpi'
import { heedRejection } from '../guards/heed-rejection.js'
import { sleep } from '../guards/sleep.js'
import type { WarningHandler } from '../guards/warn-once.js'
import type { Handle, OperationValues } from '../handle/handle-types.js'
import { ask } from './ask.js'
import { checkProbe } from './check-probe.js'
import type { Probe, ProbeCall, ProbeOptions, ProbeRun } from './probe-options.js'
import { probing } from './probing.js'
import { type RetrievalScore, scoreRetrieval } from './score.js'

/** Questions that may hang at the same time: past this a hung system is not asked, so that what hangs can't pile up. */
const mostHanging = 8

/** Whether the code that runs now answers a probe, so that an application can keep its own traffic apart. */
export function isProbe(): boolean {
  return probing.getStore() === true
}

interface ProbeContext {
  readonly handle: Handle
  readonly warn: WarningHandler
  /** Called when the probe is stopped. */
  readonly ended: () => void
}

/**
 * Starts to probe; the first run begins one interval from now.
 * @throws MnemoscopeError USAGE where there is no question, one without relevant answers, or a share or jitter that is none
 */
export function startProbe(options: ProbeOptions, { handle, warn, ended }: ProbeContext): Probe {
  const { questions, retrieve, share = 0.1, jitter = 0.1, timeout = '30s', onRun } = options
  checkProbe({ questions, share, jitter })
  const everyMilliseconds = durationSeconds(options.every) * 1_000
  const timeoutMilliseconds = durationSeconds(timeout) * 1_000
  const stopping = new AbortController()
  let underWay: Promise<ProbeRun> | undefined
  /** When the last question has been rested for, by `performance.now()`. */
  let restedAt = 0
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

  async function repeat(): Promise<void> {
    let due = performance.now() + varied(everyMilliseconds)
    while (!stopping.signal.aborted) {
      // At least once, so that a probe without pause leaves the event loop its turn.
      do await sleep(Math.max(due, restedAt) - performance.now(), stopping.signal)
      while (!stopping.signal.aborted && performance.now() < restedAt)
      if (stopping.signal.aborted) return
      due = performance.now() + varied(everyMilliseconds)
      await run()
    }
  }

  function run(): Promise<ProbeRun> {
    underWay ??= probing.run(true, runAll).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  async function runAll(): Promise<ProbeRun> {
    const scores: RetrievalScore[] = []
    let unanswered = 0
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
        unanswered++
        warn({ code: 'HOOK_FAILED', message: `A probe's question was not answered: ${String(error)}` })
      }
      const rest = varied(restAfter(performance.now() - start, share))
      // The last one is rested for before the next run, so that who asked for this one need not wait.
      if (i < questions.length - 1) await sleep(rest, stopping.signal)
      else restedAt = performance.now() + rest
    }
    const result = { answered: scores.length, failed: unanswered, mean: meanOf(scores) }
    const failed = (error: unknown) =>
      warn({ code: 'HOOK_FAILED', message: `A probe's onRun failed: ${String(error)}` })
    try {
      heedRejection(onRun?.(result), failed)
    } catch (error) {
      failed(error)
    }
    return result
  }

  void repeat()
  return {
    run,
    stop() {
      stopping.abort(new Error('the probe was stopped'))
      ended()
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
