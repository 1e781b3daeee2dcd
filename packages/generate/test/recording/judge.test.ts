import { rulesKnowWhatStepsKnow } from './judge-cases.js'

// Over 35 minutes; longer in `npm run test:rules`.
rulesKnowWhatStepsKnow(140)
