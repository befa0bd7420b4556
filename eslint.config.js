import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * Imports point one way: entries → composition → features → middleware → infrastructure → errors, utils, contracts,
 * config. Each list names what the folder must not reach up to.
 */
const entries = ['main', 'server', 'worker', 'commands'];
const layers = [
  { files: ['src/composition.ts', 'src/composition/**', 'src/app.ts'], above: entries },
  { files: ['src/features/**'], above: [...entries, 'composition', 'app'] },
  { files: ['src/middleware/**'], above: [...entries, 'composition', 'app', 'features'] },
  { files: ['src/infrastructure/**'], above: [...entries, 'composition', 'app', 'features', 'middleware'] },
  {
    files: ['src/errors/**', 'src/utils/**', 'src/contracts/**', 'src/config/**'],
    above: [...entries, 'composition', 'app', 'features', 'middleware', 'infrastructure'],
  },
];

/** A relative import whose first named step is one of these: `../features/x.ts`, `../../app.ts`. */
const reachesUpTo = (names) => `^\\.{1,2}/(?:\\.\\./)*(?:src/)?(?:${names.join('|')})(?:/|\\.ts$)`;
const testing = {
  regex: '/testing/',
  message: 'src/testing is for tests only.',
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.data/', 'node_modules/', 'stress/results/', 'client/public/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './client/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers and booleans read well in messages; objects stay errors.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Express, knex and test doubles ask for async functions that have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Our objects are made by functions, not classes: their methods use no `this` and are handed on freely.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  ...layers.map(({ files, above }) => ({
    files,
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: reachesUpTo(above), message: 'Imports point one way: see eslint.config.js.' },
            testing,
          ],
        },
      ],
    },
  })),
  {
    files: ['src/*.ts', 'src/commands/**', 'stress/**/*.ts', 'migrations/**'],
    ignores: ['**/*.test.ts', 'src/composition.ts', 'src/app.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [testing] }] },
  },
  {
    files: ['client/**'],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/src/(?!contracts/)',
              message: 'The page shares contracts with the server, nothing else.',
            },
          ],
        },
      ],
    },
  },
  {
    // One place reads the environment, so that a bad variable stops the start with all problems printed at once.
    files: ['src/**/*.ts', 'migrations/**', 'stress/**'],
    // The campaign's preload stands in front of env.ts: it changes what that reads.
    ignores: ['src/config/env.ts', 'stress/chaos/preload.ts', 'src/testing/**', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config/env.ts reads the environment.' },
      ],
    },
  },
  {
    files: ['src/commands/**', 'stress/**', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', 'src/testing/**'],
    rules: {
      // A test may insist that something is there: it fails loudly when it is not.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        window: 'readonly',
        document: 'readonly',
      },
    },
  },
);
