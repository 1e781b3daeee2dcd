import type { ThresholdSeverity } from '@mnemoscope/kpi'
import { type Alert, type Breach, breachAlert } from './alerts.js'
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
    tell: (stage, service) =>
      passes(
        stage,
        Array.from({ length: 300 }, (_, i) => at(service, 'critical', { model: `m${i}` })),
      ),
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
]
