import tseslint from "typescript-eslint";

/**
 * The floors of the house, from the ground up: each may import from itself and from what stands before it.
 * Rooms on one line do not know each other.
 */
const floors = [
  ["model"],
  ["transport", "control", "simulator"],
  ["drivers"],
  ["config"],
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
      "max-lines": ["error", { max: 400, skipComments: true, skipBlankLines: true }],
    },
  },
  ...floorRules,
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
