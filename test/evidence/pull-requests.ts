import type { Figure } from '../harness/figures.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { startTwoWeeks, todaysInput } from './two-weeks.js'
import { newForge } from './workflow.js'

/** A pull request, and what a human who knows the two weeks says of it. */
interface PullRequest {
  readonly name: string
  readonly file: string
  /** 0: may go in, 1: alerts get worse, 2: the past does not say. */
  readonly verdict: 0 | 1 | 2
  /** What the human gives as the reason; a part of what people read. */
  readonly says: readonly RegExp[]
}

const { kpis, ...rest } = todaysInput
const fileOf = (input: object) => `export default ${JSON.stringify(input, null, 2)}\n`
const edited = (other: object, settings: object = {}) =>
  fileOf({ ...rest, ...settings, kpis: { ...kpis, ...other } })

/** Written before any of them was run: `two-weeks.ts` says what happened. */
const pullRequests: readonly PullRequest[] = [
  {
    name: 'a threshold is loosened below two incidents',
    file: edited({ f1_score: { thresholds: { warning: 0.8, error: 0.65, critical: 0.55 } } }),
    verdict: 1,
    says: [
      /Worse: \d+ urgent alerts would be missed/,
      /- missed: critical of `f1_score`, `alpha \(search\) at 8192 in recall`/,
    ],
  },
  {
    name: 'messages are sent later, and a warning of latency that nothing reaches is moved',
    file: edited({ latency: { thresholds: { warning: 6 } } }, { alerting: { groupWait: '45s' } }),
    verdict: 0,
    says: [/Nothing urgent is missed or late/, /0 missed/, /0 more with the edit alone/],
  },
  {
    name: 'a warning catches the decline earlier',
    file: edited({ f1_score: { thresholds: { warning: 0.82 } } }),
    verdict: 0,
    says: [
      /Nothing urgent is missed or late/,
      /0 missed, 0 caught later/,
      /- [12]\d min earlier: `f1_score` of `recall`/,
    ],
  },
  {
    name: 'a warning is so tight that it fires at each dip',
    file: edited({ f1_score: { thresholds: { warning: 0.865 } } }),
    verdict: 1,
    says: [/Worse: [\d.]+ alerts a week in place of [\d.]+/],
  },
  {
    name: 'a KPI gets another name',
    file: fileOf({ ...rest, kpis: { answer_score: kpis.answer_quality } }),
    verdict: 2,
    says: [/Not known: `answer_quality` is gone and `answer_score` has no history/],
  },
  {
    name: 'thresholds are in the wrong order',
    file: edited({ f1_score: { thresholds: { warning: 0.5, critical: 0.9 } } }),
    verdict: 2,
    says: [/CONFIG_INVALID/],
  },
]

/** The history that was asked for, and the longest that a verdict may take. */
const askedDays = 14
const mostSeconds = 60

/**
 * Pull requests on two weeks of raw metrics in a real Prometheus, judged by the example workflow: whether each gets the verdict of a
 * human, with the reason, in time.
 */
export async function checkPullRequests(progress: (text: string) => void): Promise<Figure[]> {
  const folder = temporaryFolder('pull-requests')
  const started = performance.now()
  const prometheus = await startTwoWeeks(folder.path, askedDays)
  progress(`two weeks are there after ${Math.round((performance.now() - started) / 1_000)} s`)
  try {
    const forge = await newForge(folder.path, fileOf(todaysInput))
    let [right, longest] = [0, 0]
    for (const [i, { name, file, verdict, says }] of pullRequests.entries()) {
      await forge.propose(`edit-${i}`, file)
      const { exitCode, summary, said, seconds } = await forge.check(`edit-${i}`, {
        'secrets.PROMETHEUS_URL': prometheus.url,
      })
      longest = Math.max(longest, seconds)
      const unsaid = says.filter((each) => !each.test(summary + said))
      const isRight = exitCode === verdict && unsaid.length === 0
      right += Number(isRight)
      progress(`${name}: exit code ${exitCode} after ${seconds.toFixed(1)} s`)
      if (!isRight) progress(`expected ${verdict} and ${unsaid.join(', ')}:\n${summary}${said}`)
    }
    const all = pullRequests.length
    return [
      {
        name: `pull requests of ${all} with the verdict of a human`,
        value: right,
        unit: '',
        goal: all,
        ok: right === all,
      },
      {
        name: `the longest backtest --ci of them, over ${askedDays} days`,
        value: Math.round(10 * longest) / 10,
        unit: 's',
        goal: mostSeconds,
        ok: longest <= mostSeconds,
      },
    ]
  } finally {
    await prometheus.stop()
    folder.remove()
  }
}
