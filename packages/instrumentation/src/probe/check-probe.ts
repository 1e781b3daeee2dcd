import { MnemoscopeError } from '@mnemoscope/kpi'
import type { ProbeOptions } from './probe-options.js'

/** @throws MnemoscopeError USAGE where a probe can not be run as it is told to */
export function checkProbe({
  questions,
  share,
  jitter,
}: Required<Pick<ProbeOptions, 'questions' | 'share' | 'jitter'>>): void {
  const unlabelled = questions.find(({ relevant }) => relevant.length === 0)
  if (questions.length === 0 || unlabelled !== undefined) {
    throw new MnemoscopeError('USAGE', 'a probe needs questions whose relevant answers are known', {
      value: unlabelled?.question ?? questions,
      expected: 'at least one question, each with at least one relevant id',
      next: 'Label the question, or leave it out.',
    })
  }
  if (!(share > 0 && share <= 1)) {
    throw new MnemoscopeError('USAGE', 'the share of a probe is no part of the time', {
      value: share,
      expected: 'a number above 0, 1 at the most',
      next: 'Give the share as a fraction, 0.1 for a tenth of the time, or leave it out.',
    })
  }
  if (!(jitter >= 0 && jitter < 1)) {
    throw new MnemoscopeError('USAGE', 'the jitter of a probe is no part of an interval', {
      value: jitter,
      expected: 'a number from 0 to below 1',
      next: 'Give the jitter as a fraction, 0.1 for a tenth either way, or leave it out.',
    })
  }
}
