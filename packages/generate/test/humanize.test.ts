import { expect, test } from '@jest/globals'
import { humanized } from '../src/humanize.js'

test("an alert's value is shown in the KPI's unit by Prometheus itself", () => {
  expect(['s', 'By', '1', '{token}', 'Hz'].map(humanized)).toEqual([
    '{{ $value | humanizeDuration }}',
    '{{ $value | humanize1024 }}B',
    '{{ printf "%.3f" $value }}',
    '{{ $value | humanize }} tokens',
    '{{ $value | humanize }} Hz',
  ])
})
