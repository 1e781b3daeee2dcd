import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { names } from '@mnemoscope/kpi'
import { freePort, startPostgres } from '@mnemoscope/servers'
import pg from 'pg'
import { stringify } from 'yaml'
import type { Finding } from '../../../packages/cli/src/doctor/finding.js'
import { mnemoscopeHere } from '../../harness/command.js'
import { eventually } from '../../harness/eventually.js'
import type { Figure } from '../../harness/figures.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'
import { type Mistake, mistakes, wrongAddress } from './mistakes.js'
import { hisNotifications, post } from './notifications.js'
import {
  type Addresses,
  alertmanagerOfPage,
  commandsOfPage,
  prometheusOfPage,
  runCommand,
  startCommand,
} from './page.js'
import { type Service, startService } from './service.js'
import { type Programs, type Stranger, startStranger } from './stranger.js'

/** Somebody's servers before and after he follows the page, and with each mistake that he could make. */
export async function existingServers(programs: Programs, say: (text: string) => void): Promise<Figure[]> {
  const temporary = temporaryFolder('estate')
  const folder = temporary.path
  const ends: (() => Promise<unknown>)[] = [async () => temporary.remove()]
  try {
    const postgres = await startPostgres({
      stateDir: join(folder, 'database'),
      port: await freePort(),
      durable: false,
    })
    ends.push(postgres.stop)
    const service = await startService('memory-api')
    ends.push(service.stop)
    service.measure('good', 0.95)
    const stranger = await startStranger(folder, programs)
    ends.push(stranger.stop)
    const addresses: Addresses = {
      prometheus: stranger.prometheus.url,
      alertmanager: stranger.alertmanager.url,
      database: postgres.url,
      recorderPort: await freePort(),
    }
    const before = await hisNotifications(stranger)
    say(`${before.length} notifications of his`)
    await followPage(stranger, service, addresses, (end) => ends.push(end))
    await settled(folder)
    service.measure('bad', 0.3)
    const pool = new pg.Pool({ connectionString: postgres.url, max: 1 })
    ends.push(() => pool.end())
    await eventually('our breach in the history', async () => (await ownBreaches(pool)) > 0, {
      withinMs: 60_000,
    })
    const arrived = await eventually(
      'our alert at the recorder',
      async () => (await metric(addresses, firingArrived)) || undefined,
      { withinMs: 60_000 },
    )
    const after = await hisNotifications(stranger)
    for (const [i, text] of before.entries())
      if (text !== after[i]) say(`before: ${text}\nafter:  ${after[i]}`)
    const claims = await foreignClaims(stranger)
    for (const claim of claims) say(claim)
    const clean = await settled(folder)
    const unnamed: string[] = []
    for (const mistake of mistakes) {
      if (!(await isNamed(mistake, stranger, say))) unnamed.push(mistake.code)
      // While others' alerts reach the recorder, some come.
      if (mistake.code === 'route_without_matcher') {
        await post(stranger)
        await eventually('alerts of his at the recorder', async () => (await counted(addresses)) > 0)
      }
      await restore(stranger)
    }
    await settled(folder)
    service.measure('worse', 0.2)
    if (!(await isNamed(wrongAddress, stranger, say))) unnamed.push(wrongAddress.code)
    await restore(stranger)
    const foreign = await foreignEpisodes(pool)
    const foreignArrived = await counted(addresses)
    const count = mistakes.length + 1
    const figure = (
      name: string,
      value: number,
      unit: string,
      goal: number,
      ok = value === goal,
    ): Figure => ({
      name: `${programs.version}: ${name}`,
      value,
      unit,
      goal,
      ok,
    })
    return [
      figure(
        'his notifications that are other than before',
        differing(before, after),
        `of ${before.length}`,
        0,
      ),
      figure('our alerts that arrived by webhook, at least', Math.min(arrived, 1), 'alerts', 1),
      figure('episodes of his alerts', foreign, 'episodes', 0),
      figure(
        'his alerts that a mistake sent to the recorder and it counted, at least',
        Math.min(foreignArrived, 1),
        'alerts',
        1,
      ),
      figure('alerts of ours about his rules, targets and notifications', claims.length, 'alerts', 0),
      figure('what doctor finds after the page', clean.length, 'mistakes', 0),
      figure(`planted mistakes that doctor does not name, of ${count}`, unnamed.length, 'mistakes', 0),
    ]
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** Runs every command of the page, and adds to his files what it says. */
async function followPage(
  stranger: Stranger,
  service: Service,
  addresses: Addresses,
  atEnd: (end: () => Promise<void>) => void,
) {
  const { folder } = stranger
  const config = {
    services: [{ name: 'memory-api', targets: [service.address] }],
    scrapeInterval: '1s',
    alertCheckInterval: '1s',
    snapshotInterval: '2s',
    endpoints: {
      prometheus: addresses.prometheus,
      alertmanager: addresses.alertmanager,
      recorder: `http://127.0.0.1:${addresses.recorderPort}`,
    },
  }
  writeFileSync(join(folder, 'mnemoscope.config.ts'), `export default ${JSON.stringify(config)}\n`)
  for (const command of commandsOfPage()) {
    if (command.includes('mnemoscope record')) {
      const { said, stop } = startCommand(command, folder, addresses)
      atEnd(stop)
      await eventually('the recorder', async () => (await fetch(`${config.endpoints.recorder}/healthz`)).ok, {
        withinMs: 60_000,
      }).catch((cause) => {
        throw new Error(`the recorder does not start: ${said()}`, { cause })
      })
    } else if (command.includes('mnemoscope doctor')) {
      // Targets are scraped and rules evaluated a moment after a reload.
      await eventually('a doctor that finds nothing', () => runCommand(command, folder, addresses), {
        withinMs: 60_000,
      })
    } else {
      await runCommand(command, folder, addresses)
    }
    if (command.includes('mnemoscope check')) {
      writeFileSync(join(folder, 'prometheus.yml'), stringify(prometheusOfPage(stranger)))
      writeFileSync(join(folder, 'alertmanager.yml'), stringify(alertmanagerOfPage(stranger)))
    }
  }
}

async function restore(stranger: Stranger): Promise<void> {
  await stranger.use('prometheus', prometheusOfPage(stranger))
  await stranger.use('alertmanager', alertmanagerOfPage(stranger))
}

async function doctor(folder: string): Promise<Finding[]> {
  const { stdout, stderr } = await mnemoscopeHere(folder, ['doctor', '--json'])
  if (stdout === '') throw new Error(stderr)
  const { findings } = JSON.parse(stdout) as { findings: Finding[] }
  return findings.filter(({ isWrong }) => isWrong)
}

/** What doctor finds once the servers have had the time to settle; nothing where all is well. */
async function settled(folder: string): Promise<Finding[]> {
  let findings: Finding[] = []
  await eventually('a doctor that finds nothing', async () => {
    findings = await doctor(folder)
    return findings.length === 0
  }).catch(() => undefined)
  return findings
}

async function isNamed(mistake: Mistake, stranger: Stranger, say: (text: string) => void): Promise<boolean> {
  await mistake.plant(stranger)
  let findings: Finding[] = []
  try {
    await eventually(
      mistake.code,
      async () => {
        findings = await doctor(stranger.folder)
        return findings.some(({ code }) => code === mistake.code)
      },
      { withinMs: 90_000, everyMs: 500 },
    )
    return true
  } catch {
    say(`${mistake.code} is not named: ${JSON.stringify(findings)}`)
    return false
  }
}

function differing(before: readonly string[], after: readonly string[]): number {
  const longest = Math.max(before.length, after.length)
  return Array.from({ length: longest }, (_, i) => before[i] !== after[i]).filter(Boolean).length
}

async function foreignEpisodes(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM alert_episodes WHERE alertname NOT LIKE 'Mnemoscope%'`,
  )
  return rows[0]?.n ?? 0
}

/** Breaches of the service that the history has. */
async function ownBreaches(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM alert_episodes WHERE kpi = 'f1_score' AND service = 'memory-api'`,
  )
  return rows[0]?.n ?? 0
}

/** Alerts of his that the recorder has counted. */
const counted = (addresses: Addresses) => metric(addresses, names.recorderMetric.foreignAlerts)

const firingArrived = `${names.recorderMetric.webhookAlerts}{status="firing"}`

/** What the recorder has counted; 0 for a series that it does not have yet. */
async function metric({ recorderPort }: Addresses, series: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${recorderPort}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.split(' ').at(-1) ?? 0)
}

/** Alerts of ours that are not about the service. His rules fail, targets of his are down, and one of his receivers is. */
async function foreignClaims({ prometheus }: Stranger): Promise<string[]> {
  // A busy machine may skip an evaluation of our own groups, and then the alert about it is right.
  const query = 'ALERTS{alertname=~"Mnemoscope.+", job!="memory-api", rule_group!~".+;mnemoscope_.+"}'
  const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`)
  const { data } = (await response.json()) as { data: { result: { metric: object }[] } }
  return data.result.map(({ metric }) => JSON.stringify(metric))
}
