import { resolve } from 'node:path'
import { Command } from 'commander'
import { ownSecrets } from '../keys.js'
import { print } from '../terminal.js'
import { readRunFile } from '../up/run-file.js'

/** `mnemoscope sign-in`: an address that signs a browser in on the page of `mnemoscope up`. */
export const signInCommand = new Command('sign-in')
  .description('print an address that signs one browser in on the page that runs here')
  .action(async () => {
    const { recorder } = readRunFile(resolve('.'))
    const { newSignInAddress } = await import('../up/sign-in.js')
    print(`${newSignInAddress(recorder, ownSecrets('.'))}\n`)
  })
