import type { Config, Kpi } from '@mnemoscope/kpi'
import { kpiAlertKinds } from '../alerts/index.js'
import { countingTests } from './counting-tests.js'
import { promtoolTest, type RuleTest } from './rule-test.js'

/**
 * The rule tests of a KPI, by file name: `f1_score.yml`, and one more for each kind of alert whose rules run at their own
 * interval, such as `f1_score-trend.yml`.
 */
export function testFiles(config: Config, kpi: Kpi): [name: string, content: object][] {
  const inOwnFile = kpiAlertKinds.filter(({ testFile }) => testFile !== undefined)
  const inKpiFile = kpiAlertKinds.filter(({ testFile }) => testFile === undefined)
  const tests = [...inKpiFile.flatMap((kind) => kind.tests(config, kpi)), ...countingTests(config, kpi)]
  return [
    [`${kpi.id}.yml`, contentOf(kpi, config.alertCheckInterval, tests)],
    ...inOwnFile.flatMap(({ tests, testFile }): [string, object][] => {
      const own = tests(config, kpi)
      if (testFile === undefined || own.length === 0) return []
      return [[`${kpi.id}-${testFile.suffix}.yml`, contentOf(kpi, testFile.interval(config), own)]]
    }),
  ]
}

function contentOf(kpi: Kpi, interval: string, tests: readonly RuleTest[]): object {
  return {
    rule_files: [`../rules/${kpi.id}.yml`],
    evaluation_interval: interval,
    tests: tests.map(promtoolTest),
  }
}
