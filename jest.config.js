/** Node runs the tests as the modules they are: NODE_OPTIONS=--experimental-vm-modules is set by scripts/test.mjs. */
const project = {
  testEnvironment: 'node',
  roots: [
    '<rootDir>/src',
    '<rootDir>/client',
    '<rootDir>/migrations',
    '<rootDir>/stress',
    '<rootDir>/deploy',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
};

export default {
  projects: [
    {
      ...project,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(integration|e2e|deploy)\\.test\\.ts$'],
    },
    { ...project, displayName: 'integration', testMatch: ['**/*.integration.test.ts'] },
    { ...project, displayName: 'e2e', testMatch: ['**/*.e2e.test.ts'] },
    // Needs nginx and the like: only in npm run test:deploy.
    { ...project, displayName: 'deploy', testMatch: ['**/*.deploy.test.ts'] },
  ],
  testTimeout: 30_000,
};
