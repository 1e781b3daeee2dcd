import { gauge, gaugeMutants } from './kpi-mutants.js'
import { testsBite } from './mutants.js'

// One of the kind whose tests are the shortest; every one of all kinds in the long form: npm run test:rules.
testsBite(gaugeMutants.slice(0, 1), gauge)
