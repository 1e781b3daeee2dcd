import { describe, expect, test } from '@jest/globals'
import { boundaryPattern } from '../../../src/grafana/panels/measured.js'

describe('The pattern for a bucket boundary', () => {
  test.each([
    [0.7, ['0.7'], ['0.71', '0x7', '0.70001']],
    [5, ['5', '5.0'], ['50', '5.01', '500']],
    [15_000, ['15000', '15000.0'], ['150000', '1500000']],
    [1_000_000, ['1000000', '1000000.0', '1e+06'], ['10000000', '1e+07']],
    [0.00001, ['0.00001', '1e-05'], ['0.0001', '1e-04']],
    [1_250_000, ['1250000', '1.25e+06'], ['1.25e+05']],
  ])('of %d matches every spelling of it and nothing else', (boundary, spellings, others) => {
    const pattern = new RegExp(`^(?:${boundaryPattern(boundary)})$`)
    expect(spellings.filter((spelling) => !pattern.test(spelling))).toEqual([])
    expect(others.filter((other) => pattern.test(other))).toEqual([])
  })
})
