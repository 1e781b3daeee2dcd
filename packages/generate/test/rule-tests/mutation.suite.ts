import {
  drift,
  driftMutants,
  gauge,
  gaugeMutants,
  latency,
  latencyMutants,
  trend,
  trendMutants,
} from './kpi-mutants.js'
import { burning, burnMutants, mutants, testsBite } from './mutants.js'

testsBite(mutants)
testsBite(burnMutants, burning)
testsBite(trendMutants, trend)
testsBite(driftMutants, drift)
testsBite(latencyMutants, latency)
testsBite(gaugeMutants, gauge)
