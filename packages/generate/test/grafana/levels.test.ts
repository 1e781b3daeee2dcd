import { describe, expect, test } from '@jest/globals'
import { type Direction, severityOf, type Thresholds } from '@mnemoscope/kpi'
import { kpiThresholds, levelColor } from '../../src/grafana/levels.js'

/** The colour that Grafana gives a value: that of the last step at or below it. */
function colourOf(direction: Direction, thresholds: Thresholds, value: number): string | undefined {
  return kpiThresholds({ direction, thresholds }).steps.findLast(
    (step) => step.value === null || step.value <= value,
  )?.color
}

describe('Threshold colours', () => {
  test.each<[Direction, Thresholds, readonly number[]]>([
    [
      'higher_is_better',
      { warning: 0.8, error: 0.75, critical: 0.7 },
      [0, 0.69, 0.7, 0.71, 0.75, 0.76, 0.8, 0.81, 1],
    ],
    ['lower_is_better', { warning: 5, error: 10, critical: 20 }, [0, 4.99, 5, 9.9, 10, 19.9, 20, 1e6]],
    ['higher_is_better', { error: 0.6 }, [0, 0.6, 0.61, 1]],
    ['higher_is_better', { warning: 0, critical: -3 }, [-4, -3, -2, 0, 1]],
    ['lower_is_better', { warning: 100 }, [99, 100, 101]],
  ])('are those of the level that is raised, where %s with %j', (direction, thresholds, values) => {
    for (const value of values) {
      const level = severityOf(direction, thresholds, value) ?? 'healthy'
      expect([value, colourOf(direction, thresholds, value)]).toEqual([value, levelColor[level]])
    }
  })

  test('rise from step to step, as Grafana needs them, beginning without a lower end', () => {
    const { steps } = kpiThresholds({
      direction: 'higher_is_better',
      thresholds: { warning: 0.8, error: 0.75, critical: 0.7 },
    })
    expect(steps.map(({ color }) => color)).toEqual(['red', 'orange', 'yellow', 'green'])
    expect(steps[0]?.value).toBeNull()
    const values = steps.slice(1).map(({ value }) => value as number)
    expect(values).toEqual([...values].sort((a, b) => a - b))
  })

  test('judge nothing where there is no threshold', () => {
    expect(colourOf('lower_is_better', {}, 1)).toBe('text')
  })
})
