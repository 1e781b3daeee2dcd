import { mutants, testsBite } from './mutants.js'

testsBite(mutants)
