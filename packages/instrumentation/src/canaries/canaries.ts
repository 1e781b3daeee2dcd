import { durationSeconds, MnemoscopeError } from '@mnemoscope/kpi'
import { sleep, within } from '../guards/timers.js'
import { catchRejection, type Warn } from '../guards/warnings.js'
import type { Handle, HandleLabels, OperationValues } from '../record/handle-types.js'
import { traffic } from '../record/traffic.js'
import {
  type Ability,
  abilities,
  type Canaries,
  type Canary,
  type CanaryOptions,
  type CanaryRound,
} from './canary-options.js'
import type { Fact } from './fact.js'
import { Planted } from './planted.js'
import { runRound } from './round.js'

/** How long `stop` waits for the last deletions. What is left then, the next start deletes. */
const stopMilliseconds = 2_000

/** The canaries of a monitor. */
export interface CanarySet {
  /** Starts canaries; after `stop`, stopped ones. */
  start(options: CanaryOptions): Canaries
  /** Stops all of them. Never rejects. */
  stop(): Promise<void>
}

export function canarySet(resolve: (labels: HandleLabels) => Handle, warn: Warn): CanarySet {
  const running = new Set<Canaries>()
  let isStopped = false
  return {
    start(options) {
      const canaries = startCanaries(options, resolve, warn)
      running.add(canaries)
      if (isStopped) void canaries.stop()
      return canaries
    },
    async stop() {
      isStopped = true
      await Promise.all([...running].map((canaries) => canaries.stop()))
    },
  }
}

function startCanaries(
  options: CanaryOptions,
  resolve: (labels: HandleLabels) => Handle,
  warn: Warn,
): Canaries {
  const { labels, facts = 4, jitter = 0.1, onRound } = options
  const tested = checkCanaries(options)
  const handles = new Map(
    tested.map((ability) => [ability, resolve({ ...labels, operation: `canary_${ability}` })]),
  )
  checkDeclared([...handles.values()])
  const everyMilliseconds = milliseconds(options.every)
  const times = {
    timeout: milliseconds(options.timeout ?? '30s'),
    settle: milliseconds(options.settle ?? '10s'),
  }
  const stopping = new AbortController()
  const planted = new Planted(options.memory, times, stopping.signal)
  let forgotten: readonly Fact[] = []
  let underWay: Promise<CanaryRound> | undefined

  const failed = (what: string, error: unknown) =>
    warn({ code: 'HOOK_FAILED', message: `${what}: ${error instanceof Error ? error.message : error}` }, what)

  function onCanary({ ability, outcome, id, question, found, error }: Canary, recalledAfter?: number): void {
    if (error !== undefined) failed(`A canary of ${ability} says nothing`, error)
    const values = { memory_ability: outcome, time_to_recall: recalledAfter }
    handles.get(ability)?.operation(values as OperationValues, { canary: id, question, found, error })
  }

  /** Deletes what a crash and earlier rounds have left. */
  async function tidy(): Promise<void> {
    try {
      await planted.deleteLeftBehind()
    } catch (error) {
      if (!stopping.signal.aborted) failed('Canaries that were left before are not deleted', error)
    }
    await planted.deleteAll()
  }

  async function round(): Promise<CanaryRound> {
    const stopped = stopping.signal
    const done = await runRound({ abilities: tested, facts, planted, stopped, tidy, forgotten, onCanary })
    forgotten = done.forgotten
    const result = { canaries: done.canaries, left: planted.left }
    const hookFailed = (error: unknown) => failed("The canaries' onRound failed", error)
    try {
      catchRejection(onRound?.(result), hookFailed)
    } catch (error) {
      hookFailed(error)
    }
    return result
  }

  function run(): Promise<CanaryRound> {
    // A round that began earlier would lose what it plants.
    underWay ??= tidied
      .then(() => traffic.run('probe', round))
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }

  /** Only for the schedule: no measurement depends on the random number. */
  const varied = () => everyMilliseconds * (1 + jitter * (2 * Math.random() - 1))

  async function repeat(): Promise<void> {
    let due = performance.now() + varied()
    await tidied
    while (!stopping.signal.aborted) {
      await sleep(Math.max(due - performance.now(), 0), stopping.signal)
      if (stopping.signal.aborted) return
      due = performance.now() + varied()
      await run()
    }
  }

  const tidied = traffic.run('probe', tidy)
  const repeating = repeat()
  return {
    run,
    async stop() {
      stopping.abort(new Error('the canaries were stopped'))
      await within(stopMilliseconds, (done) => {
        void Promise.all([repeating, underWay])
          .then(() => planted.deleteAll())
          .then(done)
      })
    },
  }
}

function milliseconds(duration: string): number {
  return durationSeconds(duration) * 1_000
}

/** @returns the abilities that are tested @throws MnemoscopeError USAGE for options that cannot be */
function checkCanaries({
  memory,
  abilities: wanted,
  facts = 4,
  jitter = 0.1,
}: CanaryOptions): readonly Ability[] {
  const usual: readonly Ability[] = ['recall', 'update', 'forgetting', 'isolation']
  const tested = [
    ...new Set(wanted ?? usual.filter((each) => each !== 'update' || memory.update !== undefined)),
  ]
  const wrong = (message: string, value: unknown, expected: string) =>
    new MnemoscopeError('USAGE', message, { value, expected, next: 'Correct the options of the canaries.' })
  const unknown = tested.find((each) => !abilities.includes(each))
  if (unknown !== undefined || tested.length === 0)
    throw wrong('the abilities of the canaries are wrong', wanted, `some of ${abilities.join(', ')}`)
  if (memory.delete === undefined)
    throw wrong(
      'canaries are deleted, and the memory cannot delete',
      memory,
      'a memory with the function delete',
    )
  if (tested.includes('update') && memory.update === undefined)
    throw wrong(
      'the ability update needs a memory that can update',
      memory,
      'a memory with the function update',
    )
  if (!(Number.isInteger(facts) && facts >= 1 && facts <= 100))
    throw wrong('the number of facts of the canaries is out of range', facts, 'an integer from 1 to 100')
  if (!(jitter >= 0 && jitter < 1))
    throw wrong('the jitter of the canaries is out of range', jitter, 'a number from 0 and below 1')
  return tested
}

function checkDeclared(handles: readonly Handle[]): void {
  if (
    handles.every(
      (handle) => Object.hasOwn(handle, 'memory_ability') && Object.hasOwn(handle, 'time_to_recall'),
    )
  )
    return
  throw new MnemoscopeError('USAGE', 'the configuration has no KPIs of canaries', {
    expected: 'kpis: { ...canaryKpis }',
    next: 'Declare canaryKpis of @mnemoscope/kpi in the configuration, and pass it to startMonitoring.',
  })
}
