import type { ThresholdSeverity } from '@mnemoscope/kpi'
import { type Alert, type Breach, breachAlert, easedAlert } from './alerts.js'
import { paceSeconds, type Stage } from './stage.js'

/** What happens to a service, and how many messages a person expects of it. */
export interface Story {
  readonly name: string
  /** Written down by hand: when it breaks, at each change, when it ends. */
  readonly expected: number
  /** @param service a name that no other story has */
  readonly tell: (stage: Stage, service: string) => Promise<void>
}

const levels: readonly ThresholdSeverity[] = ['warning', 'error', 'critical']
const models = ['gpt-4o', 'claude', 'llama']

/** Long enough for a message of what came before. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, paceSeconds * 2_500))

const at = (service: string, level: ThresholdSeverity, more: Partial<Breach> = {}) =>
  breachAlert({ service, level, value: 0.31, ...more })

const allModels = (service: string, level: ThresholdSeverity) =>
  models.map((model) => at(service, level, { model }))

/** All levels and models of one fault. */
const fault = (service: string) => levels.flatMap((level) => allModels(service, level))

async function passes(stage: Stage, alerts: readonly Alert[]): Promise<void> {
  await stage.raise(...alerts)
  await aMoment()
  await stage.end(...alerts)
  await aMoment()
}

/** Levels end at places where the breach goes on. */
async function eases(stage: Stage, alerts: readonly Alert[]): Promise<void> {
  await stage.raise(...alerts.map(easedAlert))
  await stage.end(...alerts)
  await aMoment()
}

/** Prometheus sends an end again for 15 minutes. */
async function sentAgain(stage: Stage, alerts: readonly Alert[]): Promise<void> {
  await stage.end(...alerts)
  await aMoment()
}

export const stories: readonly Story[] = [
  {
    name: 'one fault of three models and three levels',
    expected: 2,
    async tell(stage, service) {
      for (const level of levels) await stage.raise(...allModels(service, level))
      await aMoment()
      await stage.end(...fault(service))
      await aMoment()
    },
  },
  {
    name: '300 places at once',
    expected: 2,
    async tell(stage, service) {
      const alerts = Array.from({ length: 300 }, (_, i) => at(service, 'critical', { model: `m${i}` }))
      const sent = stage.messages().filter(({ medium }) => medium === 'slack').length
      await stage.raise(...alerts)
      // A busy machine needs longer than a moment for so many.
      await stage.settled(sent + 1)
      await stage.end(...alerts)
      await stage.settled(sent + 2)
    },
  },
  {
    name: 'a warning that becomes critical',
    expected: 3,
    async tell(stage, service) {
      await stage.raise(at(service, 'warning'))
      await aMoment()
      await passes(stage, [at(service, 'warning'), at(service, 'critical')])
    },
  },
  {
    name: 'a critical that eases to a warning',
    expected: 3,
    async tell(stage, service) {
      await stage.raise(at(service, 'warning'), at(service, 'critical'))
      await aMoment()
      await stage.end(at(service, 'critical'))
      await aMoment()
      await stage.end(at(service, 'warning'))
      await aMoment()
    },
  },
  {
    name: 'one of three models that recovers first',
    expected: 3,
    async tell(stage, service) {
      const [first, ...others] = allModels(service, 'critical')
      await stage.raise(...allModels(service, 'critical'))
      await aMoment()
      await stage.end(first as Alert)
      await aMoment()
      await stage.end(...others)
      await aMoment()
    },
  },
  {
    name: 'a second model that breaches later',
    expected: 3,
    async tell(stage, service) {
      await stage.raise(at(service, 'critical'))
      await aMoment()
      await passes(stage, [at(service, 'critical'), at(service, 'critical', { model: 'claude' })])
    },
  },
  {
    name: 'a second KPI',
    expected: 4,
    tell: (stage, service) =>
      passes(stage, [at(service, 'critical'), at(service, 'warning', { kpi: 'token_usage', value: 17_000 })]),
  },
  {
    name: 'a breach that is over before anybody is told',
    expected: 0,
    async tell(stage, service) {
      await stage.raise(at(service, 'warning'))
      await stage.end(at(service, 'warning'))
      await aMoment()
    },
  },
  {
    name: 'a breach that comes twice',
    expected: 4,
    async tell(stage, service) {
      await passes(stage, [at(service, 'critical')])
      await passes(stage, [at(service, 'critical')])
    },
  },
  {
    name: 'a silence',
    expected: 0,
    async tell(stage, service) {
      await stage.silence({ job: service })
      await passes(stage, [at(service, 'critical')])
    },
  },
  {
    name: 'a breach that goes on and is sent again and again by Prometheus',
    expected: 2,
    async tell(stage, service) {
      for (let i = 0; i < 5; i++) await stage.raise(...fault(service))
      await aMoment()
      for (let i = 0; i < 5; i++) await stage.raise(...fault(service))
      await aMoment()
      await stage.end(...fault(service))
      await aMoment()
    },
  },
  {
    name: 'an Alertmanager that restarts in the middle',
    expected: 2,
    async tell(stage, service) {
      await stage.raise(...fault(service))
      await aMoment()
      await stage.restart()
      await passes(stage, fault(service))
    },
  },
  {
    name: 'a breach that recovers level by level',
    expected: 2,
    async tell(stage, service) {
      const ofLevel = (level: ThresholdSeverity) => allModels(service, level)
      await stage.raise(...fault(service))
      await aMoment()
      await eases(stage, ofLevel('critical'))
      await eases(stage, ofLevel('error'))
      await stage.end(...ofLevel('warning'), ...[...ofLevel('critical'), ...ofLevel('error')].map(easedAlert))
      await aMoment()
      await sentAgain(stage, fault(service))
    },
  },
  {
    name: 'a critical that is a warning for long',
    expected: 3,
    async tell(stage, service) {
      await stage.raise(at(service, 'warning'), at(service, 'critical'))
      await aMoment()
      await eases(stage, [at(service, 'critical')])
      await stage.end(easedAlert(at(service, 'critical')))
      await sentAgain(stage, [at(service, 'critical')])
      await stage.end(at(service, 'warning'))
      await aMoment()
    },
  },
  {
    name: 'one of three models that recovers a little earlier',
    expected: 2,
    async tell(stage, service) {
      const [first, ...others] = allModels(service, 'critical') as [Alert, ...Alert[]]
      await stage.raise(first, ...others)
      await aMoment()
      await eases(stage, [first])
      await stage.end(...others, easedAlert(first))
      await aMoment()
      await sentAgain(stage, [first])
    },
  },
  {
    name: 'a critical that comes and goes while its warning goes on',
    expected: 2,
    async tell(stage, service) {
      const critical = at(service, 'critical')
      await stage.raise(at(service, 'warning'), critical)
      await aMoment()
      await eases(stage, [critical])
      await stage.raise(critical)
      await stage.end(easedAlert(critical))
      await aMoment()
      await stage.end(at(service, 'warning'), critical)
      await aMoment()
    },
  },
  {
    name: 'a silence in the middle',
    expected: 1,
    async tell(stage, service) {
      await stage.raise(at(service, 'critical'))
      await aMoment()
      await stage.silence({ job: service })
      await passes(stage, fault(service))
    },
  },
  {
    name: 'a second operation that breaches later',
    expected: 3,
    async tell(stage, service) {
      await stage.raise(at(service, 'critical'))
      await aMoment()
      await passes(stage, [at(service, 'critical'), at(service, 'critical', { operation: 'answer' })])
    },
  },
  {
    name: 'an end that is sent again and again by Prometheus',
    expected: 2,
    async tell(stage, service) {
      await passes(stage, fault(service))
      await sentAgain(stage, fault(service))
      await sentAgain(stage, fault(service))
    },
  },
  {
    name: 'an Alertmanager that restarts while the end of a level is held back',
    expected: 2,
    async tell(stage, service) {
      const [critical, warning] = [at(service, 'critical'), at(service, 'warning')]
      await stage.raise(warning, critical)
      await aMoment()
      await eases(stage, [critical])
      await stage.restart()
      await stage.raise(easedAlert(critical), warning)
      await aMoment()
      await stage.end(warning, easedAlert(critical))
      await aMoment()
    },
  },
]
