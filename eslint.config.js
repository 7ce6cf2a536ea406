import tseslint from "typescript-eslint";

const abortSignalAny = {
  selector: "CallExpression[callee.object.name='AbortSignal'][callee.property.name='any']",
  message: "It leaves a weak reference with each signal that lives on: use abortedBy (transport/aborted-by.ts).",
};

export default tseslint.config(
  { ignores: ["dist", "coverage", "node_modules"] },
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines": ["error", { max: 300, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    // Longer, because each keeps together what is read together: the rows of one rule, or one generator of situations.
    files: [
      "test/control/decide/demand.test.ts",
      "test/control/observe/chargers.test.ts",
      "test/control/observe/session.test.ts",
      "test/control/properties/living.ts",
      "test/control/seed-rules.test.ts",
      "test/drivers/go-e/mqtt.test.ts",
      "test/drivers/p1/meter.test.ts",
    ],
    rules: { "max-lines": ["error", { max: 400, skipComments: true, skipBlankLines: true }] },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-syntax": ["error", abortSignalAny],
    },
  },
  {
    files: ["control", "drivers", "site", "transport"].map((folder) => `src/${folder}/**/*.ts`),
    rules: {
      "no-restricted-syntax": [
        "error",
        abortSignalAny,
        {
          selector: "CallExpression[callee.object.name=/^(Date|performance)$/][callee.property.name='now']",
          message:
            "Decisions get the time as an argument, all others a clock; only site/clock.ts looks at the computer's.",
        },
        {
          selector: "CallExpression[callee.object.name='AbortSignal'][callee.property.name='timeout']",
          message: "It goes by the computer's clock: use within (transport/deadlines.ts).",
        },
        {
          selector: "CallExpression[callee.name=/^(setTimeout|setInterval)$/]",
          message: "Timers come from the clock that one is given.",
        },
      ],
    },
  },
  { files: ["src/site/clock.ts"], rules: { "no-restricted-syntax": "off" } },
);
