import { gauge, gaugeMutants, trend, trendMutants } from './kpi-mutants.js'
import { mutants, testsBite } from './mutants.js'

// A sample of each kind whose tests take seconds; every one of all kinds in the long form: npm run test:rules.
testsBite(mutants.filter((_, i) => i % 25 === 0))
testsBite(
  trendMutants.filter((_, i) => i % 20 === 0),
  trend,
)
testsBite(
  gaugeMutants.filter((_, i) => i % 12 === 0),
  gauge,
)
