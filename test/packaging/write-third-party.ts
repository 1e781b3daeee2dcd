/** Writes THIRD-PARTY.md, the packages of others that come with the published ones. A part of `npm run generate`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'
import { publishedDependencies, thirdPartyPage } from './third-party.js'

writeFileSync(join(repository, 'THIRD-PARTY.md'), thirdPartyPage(publishedDependencies()))
