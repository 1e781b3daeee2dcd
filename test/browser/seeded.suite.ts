import { describeSeeded } from './seeded-page.js'
import { seededTests } from './seeded-tests.js'

describeSeeded('the page over two hours of stored history', seededTests)
