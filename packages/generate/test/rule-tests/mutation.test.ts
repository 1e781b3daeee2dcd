import { mutants, testsBite } from './mutants.js'

// Every one of them in the long form: npm run test:rules.
testsBite(mutants.filter((_, i) => i % 9 === 0))
