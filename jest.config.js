/**
 * Jest runs the TypeScript sources as ES modules; `npm test` sets the Node flag that this needs. Two projects, so that
 * `npm run test:quick` and `npm run test:long` can choose; `npm test` runs both.
 */

/** Where the paths of three quarters of the whole run begin: random stories, simulated days, Matter, Homebridge itself. */
const long = [
  "test/control/properties/",
  "test/control/closed-loop/",
  "test/site/closed-loop-",
  "test/integrations/matter/",
  "test/integrations/homebridge-matter/",
  "test/e2e/",
];

const shared = {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: { "^.+\\.ts$": ["ts-jest", { useESM: true }] },
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};

export default {
  projects: [
    { ...shared, displayName: "long", testRegex: long.map((start) => `/${start}.*\\.test\\.ts$`) },
    {
      ...shared,
      displayName: "quick",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: long.map((start) => `<rootDir>/${start}`),
    },
  ],
  testSequencer: "<rootDir>/test/support/long-first.js",
  // End-to-end tests mostly wait.
  maxWorkers: "100%",
  // ms. It ends what hangs; how long something takes on a busy machine is no test.
  testTimeout: 120_000,
};
