import { type Grades, measureOfKpi } from '@mnemoscope/evaluation/measures'
import { durationSeconds, MnemoscopeError } from '@mnemoscope/kpi'
import { inTime } from '../guards/in-time.js'
import { sleep } from '../guards/timers.js'
import { catchRejection, type WarningHandler } from '../guards/warnings.js'
import type { Handle, HandleLabels, OperationValues } from '../record/handle-types.js'
import { traffic } from '../record/traffic.js'
import type { LabelledQuestion, Probe, ProbeCall, ProbeOptions, ProbeRun } from './probe-options.js'
import { type RetrievalScore, scoreOf } from './score.js'

/** The probes of a monitor. */
export interface Probes {
  /** Starts a probe; after `stop`, a stopped one. */
  start(options: ProbeOptions): Probe
  /** Stops all probes. */
  stop(): void
  /** Number of running probes. */
  size(): number
}

export function probes(resolve: (labels: HandleLabels) => Handle, warn: WarningHandler): Probes {
  const running = new Set<Probe>()
  let stopped = false
  return {
    start(options) {
      const handle = resolve({ operation: 'probe', ...options.labels })
      const probe = startProbe(options, { handle, warn, ended: () => running.delete(probe) })
      running.add(probe)
      if (stopped) probe.stop()
      return probe
    },
    stop() {
      stopped = true
      for (const probe of running) probe.stop()
    },
    size: () => running.size,
  }
}

/** Limit of unanswered questions. Beyond it no new question is asked, so that they can't pile up in a hung system. */
const mostUnanswered = 8

interface ProbeContext {
  readonly handle: Handle
  readonly warn: WarningHandler
  /** Called when the probe is stopped. */
  readonly ended: () => void
}

/**
 * Starts a probe. The first run starts one interval from now.
 * @throws MnemoscopeError USAGE without questions, for a question without relevant answers, for an invalid share or jitter
 */
function startProbe(options: ProbeOptions, { handle, warn, ended }: ProbeContext): Probe {
  const { questions, retrieve, share = 0.1, jitter = 0.1, timeout = '30s', onRun } = options
  checkProbe({ questions, share, jitter })
  const everyMilliseconds = durationSeconds(options.every) * 1_000
  const timeoutMilliseconds = durationSeconds(timeout) * 1_000
  const stopping = new AbortController()
  let underWay: Promise<ProbeRun> | undefined
  /** End of the pause after the last question, by `performance.now()`. */
  let restedAt = 0
  let unsettled = 0

  /** Calls the application's retrieval, and counts it until it settles. */
  async function retrieveCounted(question: string, call: ProbeCall): Promise<readonly string[]> {
    if (unsettled >= mostUnanswered) throw new Error(`${unsettled} earlier questions have no answer yet`)
    unsettled++
    try {
      return await retrieve(question, call)
    } finally {
      unsettled--
    }
  }

  /** Only for the schedule: no measurement depends on the random number. */
  const varied = (milliseconds: number) => milliseconds * (1 + jitter * (2 * Math.random() - 1))

  async function repeat(): Promise<void> {
    let due = performance.now() + varied(everyMilliseconds)
    while (!stopping.signal.aborted) {
      // At least once, so that the event loop runs even if there is no pause.
      do await sleep(Math.max(due, restedAt) - performance.now(), stopping.signal)
      while (!stopping.signal.aborted && performance.now() < restedAt)
      if (stopping.signal.aborted) return
      due = performance.now() + varied(everyMilliseconds)
      await run()
    }
  }

  function run(): Promise<ProbeRun> {
    underWay ??= traffic.run('probe', runAll).finally(() => {
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
        const retrieved = await inTime(
          (signal) => retrieveCounted(question, { signal }),
          timeoutMilliseconds,
          stopping.signal,
        )
        const latency = (performance.now() - start) / 1_000
        const ranked = [...new Set(retrieved)]
        const grades = gradesOf(relevant)
        scores.push(scoreOf(ranked, grades))
        handle.operation({ latency, ...measured(handle, ranked, grades) } as OperationValues)
      } catch (error) {
        if (stopping.signal.aborted) break
        unanswered++
        warn({ code: 'HOOK_FAILED', message: `A question of a probe got no answer: ${String(error)}` })
      }
      const rest = varied(restAfter(performance.now() - start, share))
      // The pause after the last question delays the next run, not the result of this one.
      if (i < questions.length - 1) await sleep(rest, stopping.signal)
      else restedAt = performance.now() + rest
    }
    const result = { answered: scores.length, failed: unanswered, mean: meanOf(scores) }
    const failed = (error: unknown) =>
      warn({ code: 'HOOK_FAILED', message: `A probe's onRun failed: ${String(error)}` })
    try {
      catchRejection(onRun?.(result), failed)
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

/** Pause after a question of this duration, so that the probe takes no more than its share of the time. */
export function restAfter(milliseconds: number, share: number): number {
  return milliseconds * (1 / share - 1)
}

/** The KPIs of the handle that are measures of retrieval: F1, and those that the configuration declares. */
function measured(handle: Handle, ranked: readonly string[], grades: Grades): Record<string, number> {
  return Object.fromEntries(
    Object.keys(handle).flatMap((id) => {
      const measure = measureOfKpi(id)
      return measure === undefined ? [] : [[id, measure.of(ranked, grades)]]
    }),
  )
}

function gradesOf(relevant: LabelledQuestion['relevant']): Grades {
  return 'get' in relevant ? relevant : new Map(relevant.map((id) => [id, 1]))
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

/** @throws MnemoscopeError USAGE for invalid options */
function checkProbe({
  questions,
  share,
  jitter,
}: Required<Pick<ProbeOptions, 'questions' | 'share' | 'jitter'>>): void {
  const unlabelled = questions.find(
    ({ relevant }) => ![...gradesOf(relevant).values()].some((grade) => grade > 0),
  )
  if (questions.length === 0 || unlabelled !== undefined) {
    throw new MnemoscopeError('USAGE', 'a probe needs questions with known relevant answers', {
      value: unlabelled?.question ?? questions,
      expected: 'at least one question, each with at least one relevant id',
      next: 'Give the relevant ids of the question, or remove the question.',
    })
  }
  if (!(share > 0 && share <= 1)) {
    throw new MnemoscopeError('USAGE', 'the share of a probe is out of range', {
      value: share,
      expected: 'a number above 0 and up to 1',
      next: 'Give the share as a fraction of the time, such as 0.1, or omit it.',
    })
  }
  if (!(jitter >= 0 && jitter < 1)) {
    throw new MnemoscopeError('USAGE', 'the jitter of a probe is out of range', {
      value: jitter,
      expected: 'a number from 0 and below 1',
      next: 'Give the jitter as a fraction of the interval, such as 0.1, or omit it.',
    })
  }
}
