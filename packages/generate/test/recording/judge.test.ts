import { rulesKnowWhatStepsKnow } from './judge-cases.js'

// Over 70 minutes; longer in `npm run test:rules`.
rulesKnowWhatStepsKnow(280)
