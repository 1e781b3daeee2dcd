import { expect, test } from '@jest/globals'
import { boundarySpellings } from '@mnemoscope/kpi'

test.each([
  [0.7, ['0.7']],
  [5, ['5', '5.0']],
  [4.999999999999999, ['4.999999999999999']],
  [15_000, ['15000', '15000.0']],
  [1_000_000, ['1000000', '1e+06', '1000000.0']],
  [1_250_000, ['1250000', '1.25e+06', '1250000.0']],
  [0.00001, ['0.00001', '1e-05']],
  [2.5e-7, ['2.5e-7', '0.00000025', '2.5e-07']],
  [1e21, ['1e+21', '1000000000000000000000', '1000000000000000000000.0']],
  [-2, ['-2', '-2.0']],
])('the boundary %d is written as %j', (boundary, spellings) => {
  expect(boundarySpellings(boundary)).toEqual(spellings)
})
