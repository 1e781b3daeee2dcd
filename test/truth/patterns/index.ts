import type { Pattern } from '../pattern.js'
import { observerPatterns } from './observers.js'
import { processPatterns } from './processes.js'
import { trafficPatterns } from './traffic.js'
import { valuePatterns } from './values.js'

/** All patterns. Their names are unique. */
export const patterns: readonly Pattern[] = [
  ...trafficPatterns,
  ...processPatterns,
  ...observerPatterns,
  ...valuePatterns,
]
