import tseslint from "typescript-eslint";

const signalOfSignals = {
  selector: "CallExpression[callee.object.name='AbortSignal'][callee.property.name='any']",
  message: "It leaks a weak reference on each long-lived signal: use abortedBy (transport/aborted-by.ts).",
};
const systemTime = {
  selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
  message: "Time is an argument here; only site/clock.ts reads the system's clock.",
};
const systemTimer = {
  selector: "CallExpression[callee.name=/^(setTimeout|setInterval)$/]",
  message: "Timers come from the clock that is passed in.",
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
      "max-lines": ["error", { max: 400, skipComments: true, skipBlankLines: true }],
    },
  },
  { files: ["src/**/*.ts"], rules: { "no-restricted-syntax": ["error", signalOfSignals] } },
  {
    files: ["src/control/**/*.ts", "src/site/**/*.ts"],
    ignores: ["src/site/clock.ts"],
    rules: { "no-restricted-syntax": ["error", signalOfSignals, systemTime, systemTimer] },
  },
);
