import { gauge, gaugeMutants, trend, trendMutants } from './kpi-mutants.js'
import { testsBite } from './mutants.js'

// One of each kind whose tests take seconds; every one of all kinds in the long form: npm run test:rules.
testsBite(trendMutants.slice(0, 1), trend)
testsBite(gaugeMutants.slice(0, 1), gauge)
