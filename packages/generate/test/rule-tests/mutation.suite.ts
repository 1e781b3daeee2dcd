import { burning, burnMutants, mutants, testsBite } from './mutants.js'

testsBite(mutants)
testsBite(burnMutants, burning)
