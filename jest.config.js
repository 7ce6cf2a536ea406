/** Jest runs the TypeScript sources as ES modules; `npm test` sets the Node flag that this needs. */
export default {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: { "^.+\\.ts$": ["ts-jest", { useESM: true }] },
  // End-to-end tests mostly wait.
  maxWorkers: "100%",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // ms. It ends what hangs; how long something takes on a busy machine is no test.
  testTimeout: 120_000,
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
};
