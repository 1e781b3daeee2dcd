import { rulesKnowWhatStepsKnow, rulesRememberAnOutage } from './judge-cases.js'

// Over 160 minutes: 48 of them with hardly an operation.
rulesKnowWhatStepsKnow(640)

rulesRememberAnOutage()
