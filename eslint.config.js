import tseslint from "typescript-eslint";

/**
 * The floors of the house, from the ground up: each may import from itself and from what stands before it.
 * Rooms on one line do not know each other.
 */
const floors = [
  ["model"],
  ["transport", "control"],
  ["drivers"],
  ["config", "simulator"],
  ["site"],
  ["integrations"],
  ["platform.ts", "index.ts"],
  ["cli", "docs"],
];

/** For each room, the rooms that it must not import from. */
const floorRules = floors.flatMap((rooms, height) =>
  rooms.flatMap((room) => {
    const forbidden = floors
      .flatMap((others, otherHeight) => (otherHeight >= height ? others : []))
      .filter((other) => other !== room && !(room === "index.ts" && other === "platform.ts"))
      .concat(room === "control" ? ["transport"] : []);
    if (forbidden.length === 0) return [];
    const pattern = forbidden.map((other) => other.replace(".ts", "\\.js").concat(other.endsWith(".ts") ? "$" : "/"));
    return {
      files: [room.endsWith(".ts") ? `src/${room}` : `src/${room}/**/*.ts`],
      rules: {
        "no-restricted-imports": [
          "error",
          {
            patterns: [
              {
                regex: `^(\\.\\./)+(${pattern.join("|")})`,
                message: "A floor imports only from the floors below it (ARCHITECTURE.md).",
              },
            ],
          },
        ],
      },
    };
  }),
);

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
  ...floorRules,
  {
    // House, devices and servers of the simulator stand apart: a virtual device that shared code with its driver would
    // share its mistakes. Its roster and closed loop bring both together, above drivers and control.
    files: ["src/simulator/{house,devices,servers}/**/*.ts", "src/simulator/runner.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(\\.\\./)+(transport|control|drivers|config|site|integrations|cli|docs)/",
              message: "A virtual device shares nothing with its driver but the model.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.object.name='AbortSignal'][callee.property.name='any']",
          message:
            "It leaves a weak reference with each signal that lives on: use abortedBy (transport/aborted-by.ts).",
        },
      ],
    },
  },
  {
    files: ["src/control/**/*.ts", "src/site/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "Time is an argument here; only site/clock.ts looks at a clock.",
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
