import { describe, expect, test } from '@jest/globals'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { standingOf } from '../../src/changes/standing.js'

const [file, other, third] = ['f', 'b', 'a'].map((digit) => digit.repeat(64)) as [string, string, string]
const away = new MnemoscopeError('PROMETHEUS_UNREACHABLE', 'Prometheus is away', { next: 'Start it.' })
const graceMs = 5_000

describe('a valid file that somebody else applies', () => {
  test.each([
    ['is in force once its rules are evaluated', file, [file], 0, 'in_force'],
    [
      'is in force once its rules are evaluated, also while those before it still are',
      other,
      [other, file],
      0,
      'in_force',
    ],
    ['comes into force after its time, too', other, [file], graceMs, 'in_force'],
    ['is waited for while others are evaluated', other, [other], graceMs - 1, 'awaited'],
    ['is waited for while none are', file, [], graceMs - 1, 'awaited'],
    ['is waited for while nobody knows', other, away, graceMs - 1, 'awaited'],
    ['is a problem where the rules stay others', other, [other], graceMs, 'CONFIG_NOT_APPLIED'],
    [
      'is a problem where rules are others than what the recorder works by',
      file,
      [other],
      graceMs,
      'CONFIG_NOT_APPLIED',
    ],
    ['is a problem where there are no rules', file, [], graceMs, 'CONFIG_NOT_APPLIED'],
    [
      'is a problem where nobody knows whether it came into force',
      other,
      away,
      graceMs,
      'PROMETHEUS_UNREACHABLE',
    ],
    ['is none where nobody knows and nothing was edited', file, away, graceMs, 'awaited'],
  ] as const)('%s', (_, inForce, evaluated, forMs, expected) => {
    const standing = standingOf({ configPath: '/c.ts', written: file, inForce, evaluated, forMs, graceMs })
    expect(typeof standing === 'string' ? standing : standing.code).toBe(expected)
  })

  test.each([
    [
      other,
      [third, other],
      `/c.ts is valid, but nobody has applied it: Prometheus evaluates the rules of configuration aaaaaaaaaaaa, bbbbbbbbbbbb, not of ffffffffffff; this recorder goes on by what was in force before`,
    ],
    [
      file,
      [],
      '/c.ts is valid, but nobody has applied it: Prometheus evaluates no rules of Mnemoscope; this recorder works by the file all the same',
    ],
  ])('says which rules there are, the same at each look', (inForce, evaluated, message) => {
    const standing = (forMs: number) =>
      standingOf({ configPath: '/c.ts', written: file, inForce, evaluated, forMs, graceMs })
    expect(standing(graceMs)).toMatchObject({ message, next: expect.stringContaining('same file') })
    expect(standing(9 * graceMs)).toMatchObject({ message })
  })
})
