/** Tests run from the TypeScript sources: packages resolve through the `mnemoscope-source` export condition. */
export default {
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  // Most suites wait for servers rather than compute.
  maxWorkers: 4,
  // Temporary files may be in memory; what was transformed stays for the next run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testSequencer: '<rootDir>/scripts/test-order.mjs',
  // A guard against tests that hang, generous because real servers start slowly on a busy machine.
  testTimeout: 60_000,
  testEnvironmentOptions: { customExportConditions: ['mnemoscope-source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/harness/global-setup.ts',
  globalTeardown: '<rootDir>/test/harness/global-teardown.ts',
  setupFiles: ['<rootDir>/test/harness/no-colour.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/packages/.*/dist/', '<rootDir>/.mnemoscope/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6', ignoreDynamic: true },
        sourceMaps: 'inline',
      },
    ],
  },
}
