import tseslint from "typescript-eslint";

/**
 * The layers, from the bottom up: each may import from itself and from those before it. Folders of one layer do not
 * import from each other.
 */
const layers = [
  ["model"],
  ["transport", "control", "simulator"],
  ["drivers"],
  ["config"],
  ["site"],
  ["integrations"],
  ["platform.ts", "index.ts"],
  ["cli"],
];

/** For each folder, those that it must not import from. */
const layerRules = layers.flatMap((folders, height) =>
  folders.flatMap((folder) => {
    const forbidden = layers
      .flatMap((others, otherHeight) => (otherHeight >= height ? others : []))
      .filter((other) => other !== folder && !(folder === "index.ts" && other === "platform.ts"))
      .concat(folder === "control" ? ["transport"] : []);
    if (forbidden.length === 0) return [];
    const pattern = forbidden.map((other) => other.replace(".ts", "\\.js").concat(other.endsWith(".ts") ? "$" : "/"));
    return {
      files: [folder.endsWith(".ts") ? `src/${folder}` : `src/${folder}/**/*.ts`],
      rules: {
        "no-restricted-imports": [
          "error",
          {
            patterns: [
              {
                regex: `^(\\.\\./)+(${pattern.join("|")})`,
                message: "A layer imports only from the layers below it (ARCHITECTURE.md).",
              },
            ],
          },
        ],
      },
    };
  }),
);

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
  ...layerRules,
  { files: ["src/**/*.ts"], rules: { "no-restricted-syntax": ["error", signalOfSignals] } },
  {
    files: ["src/control/**/*.ts", "src/site/**/*.ts"],
    ignores: ["src/site/clock.ts"],
    rules: { "no-restricted-syntax": ["error", signalOfSignals, systemTime, systemTimer] },
  },
);
