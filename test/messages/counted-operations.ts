import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@mnemoscope/servers'
import { eventually } from '../harness/eventually.js'
import { prometheusOf } from './real-prometheus.js'
import type { Life } from './service.js'
import { mediaOf, stage } from './stage.js'

const service = 'memory'
const good = { f1_score: 0.95, token_usage: 900, latency: 0.1, adaptation_success_rate: 'success' } as const
/** Exactly at the worst thresholds, which is beyond them. */
const bad = { f1_score: 0.7, token_usage: 25_000, latency: 20, adaptation_success_rate: 'failure' } as const
const worse = { ...bad, f1_score: 0.1, token_usage: 200_000, latency: 40 }
const justGood = { ...good, f1_score: 0.7001, token_usage: 24_999, latency: 19.9 }
type Operation = typeof good | typeof bad | typeof worse | typeof justGood

const times = (count: number, operation: Operation) => Array<Operation>(count).fill(operation)
/** The new process has at once more bad operations than the old one ever had. */
const [before, after] = [
  [...times(99, good), ...times(1, bad)],
  [...times(55, worse), ...times(5, bad), ...times(3, justGood)],
]

const config = {
  contextSizes: [8_192],
  kpis: {
    f1_score: { operations: 2, thresholds: { warning: undefined, error: undefined, critical: 0.7 } },
    token_usage: { operations: 2, thresholds: { warning: undefined, error: undefined, critical: 25_000 } },
    latency: { operations: 20, thresholds: { warning: undefined, error: undefined, critical: 20 } },
    adaptation_success_rate: { operations: 2, thresholds: { critical: 0.7 } },
  },
} as const

/** Of each KPI, by its title, what a person counts in the operations. */
function countedByHand(): Map<string, string> {
  const all = [...before, ...after]
  const said = (isBad: (operation: Operation) => boolean, what: string) =>
    `${all.length} operations in 10 min, ${all.filter(isBad).length} of them ${what}`
  return new Map([
    ['F1 score', said(({ f1_score }) => f1_score <= 0.7, 'at or beyond it')],
    ['Token usage', said(({ token_usage }) => token_usage >= 25_000, 'at or beyond it')],
    ['Latency', said(({ latency }) => latency >= 20, 'at or beyond it')],
    [
      'Adaptation success rate',
      said(({ adaptation_success_rate: outcome }) => outcome === 'failure', 'with outcome failure'),
    ],
  ])
}

/**
 * A real service whose new process does badly what the old one did well: what messages of every KPI and medium say of its
 * operations that it did not do, and what they do not say.
 */
export async function wrongCounts(
  version: string,
  command: string,
  prometheusCommand: string,
): Promise<string[]> {
  const port = await freePort()
  const live = async (operations: Life['operations']): Promise<ChildProcess> => {
    const child = fork(fileURLToPath(new URL('service.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
    })
    child.send({ service, port, config, operations } satisfies Life)
    await once(child, 'message')
    return child
  }
  const end = async (child: ChildProcess | undefined) => {
    if (child?.kill('SIGKILL')) await once(child, 'exit')
  }
  const services = [{ name: service, targets: [`127.0.0.1:${port}`] }]
  const running = await stage({ command, version, config: () => ({ ...config, services }) })
  const prometheus = await (await prometheusOf(running, prometheusCommand))()
  let child: ChildProcess | undefined
  try {
    child = await live(before)
    // At intervals of a second, messages compare counters each 5 seconds.
    await sleep(12_000)
    await end(child)
    child = await live(after)
    const said = (title: string, medium: string) =>
      running
        .messages()
        .filter((each) => each.medium === medium && each.raw.includes(title))
        .flatMap(({ text }) => text.match(/\d+ operations? in 10 min(?:, \d+ of them [a-z ]*[a-z])?/g) ?? [])
    const all = [...countedByHand()].flatMap(([title, text]) =>
      mediaOf(version).map((medium) => ({ title, medium, text })),
    )
    await eventually('messages about each KPI', () =>
      all.every(({ title, medium }) => said(title, medium).length > 0),
    ).catch(() => undefined)
    return all.flatMap(({ title, medium, text }) => {
      const texts = said(title, medium)
      if (texts.length === 0) return [`${medium}: no message with operations of ${title}`]
      return texts
        .filter((each) => each !== text)
        .map((each) => `${medium}, ${title}: "${each}" in place of "${text}"`)
    })
  } finally {
    await end(child)
    await prometheus.stop()
    await running.stop()
  }
}
