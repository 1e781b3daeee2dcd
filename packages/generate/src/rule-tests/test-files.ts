import type { Config, Kpi } from '@mnemoscope/kpi'
import { burnInterval } from '../rules/burn.js'
import { burnTests } from './burn-tests.js'
import { hoveringTests } from './hovering-tests.js'
import { lifecycleTests } from './lifecycle-tests.js'
import { noDataTests } from './no-data-tests.js'
import { promtoolTest, type RuleTest } from './rule-test.js'
import { targetTests } from './target-tests.js'
import { thresholdTests } from './threshold-tests.js'
import { trafficTests } from './traffic-tests.js'
import { trendTestInterval, trendTests } from './trend-tests.js'

/**
 * The rule tests of a KPI, by file name: `f1_score.yml`, and `f1_score-trend.yml`, whose rules run at their own pace, as
 * those in `adaptation_success_rate-burn.yml` do, which there is where the KPI has a target.
 */
export function testFiles(config: Config, kpi: Kpi): [name: string, content: object][] {
  const tests = [
    ...thresholdTests(config, kpi),
    ...lifecycleTests(config, kpi),
    ...noDataTests(config, kpi),
    ...trafficTests(config, kpi),
    ...hoveringTests(config, kpi),
    ...targetTests(config, kpi),
  ]
  const trends = trendTests(config, kpi)
  const burning = burnTests(kpi)
  return [
    [`${kpi.id}.yml`, testFile(kpi, config.alertCheckInterval, tests)],
    ...(trends.length === 0
      ? []
      : [[`${kpi.id}-trend.yml`, testFile(kpi, trendTestInterval(config), trends)] as [string, object]]),
    ...(burning.length === 0
      ? []
      : [[`${kpi.id}-burn.yml`, testFile(kpi, burnInterval, burning)] as [string, object]]),
  ]
}

function testFile(kpi: Kpi, interval: string, tests: readonly RuleTest[]): object {
  return {
    rule_files: [`../rules/${kpi.id}.yml`],
    evaluation_interval: interval,
    tests: tests.map(promtoolTest),
  }
}
