import { type ErrorCode, errorCodes, MnemoscopeError } from '@mnemoscope/kpi'
import type { Project } from '../config-file.js'
import { changeToken } from '../environment.js'
import { type RunFile, readRunFile } from '../up/run-file.js'
import type { ChangeSummary } from './change-text.js'
import { ownerOf } from './written-config.js'

/**
 * Lets the recorder of the pipeline that runs in the project's folder read the configuration file again.
 * @returns what changed; undefined where no pipeline runs there
 * @throws MnemoscopeError as the recorder tells it, with its own code
 */
export async function applyThroughRecorder(project: Project): Promise<ChangeSummary | undefined> {
  const run = runningIn(project.folder)
  if (run === undefined) return undefined
  const token = changeToken()
  const response = await fetch(`${run.recorder}/api/config`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ by: ownerOf(project.configPath) }),
  }).catch(() => undefined)
  if (response === undefined) return undefined
  const answer = (await response.json().catch((cause: unknown) => {
    throw new MnemoscopeError(
      'RECORDER_UNREACHABLE',
      `${run.recorder} answered ${response.status} with no JSON`,
      {
        value: run.recorder,
        expected: 'the recorder of `mnemoscope up`, as .mnemoscope/run.json names it',
        next: 'Look whether another program listens there; if `up` was killed here, remove .mnemoscope/run.json.',
        cause,
      },
    )
  })) as ChangeSummary & { error?: Refusal }
  if (answer.error === undefined) return answer
  const { code, message, ...detail } = answer.error
  const known = code in errorCodes ? (code as ErrorCode) : 'RECORDER_UNREACHABLE'
  throw new MnemoscopeError(known, message, { next: 'Look at the log of the recorder.', ...detail })
}

interface Refusal {
  readonly code: string
  readonly message: string
  readonly value?: unknown
  readonly expected?: string
  readonly next?: string
}

function runningIn(folder: string): RunFile | undefined {
  try {
    return readRunFile(folder)
  } catch {
    return undefined
  }
}
