import type { Config, Kpi } from '@mnemoscope/kpi'
import { easedTests } from '../alerts/eased.js'
import { kpiAlertKinds } from '../alerts/index.js'
import { kpiRules } from '../rule-files.js'
import { countingTests } from './counting-tests.js'
import { courseTests } from './course-tests.js'
import { promtoolTest, type RuleTest } from './rule-test.js'
import { sourceTests } from './source-tests.js'

/**
 * The rule tests of a KPI, by file name: `f1_score.yml`, and one more for each kind of alert whose rules run at their own
 * interval, such as `f1_score-trend.yml`.
 */
export function testFiles(config: Config, kpi: Kpi): [name: string, content: object][] {
  const inOwnFile = kpiAlertKinds.filter(({ testFile }) => testFile !== undefined)
  const inKpiFile = kpiAlertKinds.filter(({ testFile }) => testFile === undefined)
  // As in the rule file. promtool's own order of groups differs from run to run.
  const order = kpiRules(config, kpi).groups.map(({ name }) => name)
  const contentOf = (interval: string, tests: readonly RuleTest[]) => ({
    rule_files: [`../rules/${kpi.id}.yml`],
    evaluation_interval: interval,
    group_eval_order: order,
    tests: tests.map(promtoolTest),
  })
  const tests = [
    ...inKpiFile.flatMap((kind) => kind.tests(config, kpi)),
    ...easedTests(config, kpi),
    ...courseTests(config, kpi),
    ...countingTests(config, kpi),
  ]
  const ofSource = sourceTests(config, kpi)
  return [
    [`${kpi.id}.yml`, contentOf(config.alertCheckInterval, tests)],
    ...(ofSource.length === 0
      ? []
      : [[`${kpi.id}-source.yml`, contentOf(config.scrapeInterval, ofSource)] as [string, object]]),
    ...inOwnFile.flatMap(({ tests, testFile }): [string, object][] => {
      const own = tests(config, kpi)
      if (testFile === undefined || own.length === 0) return []
      return [[`${kpi.id}-${testFile.suffix}.yml`, contentOf(testFile.interval(config), own)]]
    }),
  ]
}
