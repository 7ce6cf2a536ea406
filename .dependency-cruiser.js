/**
 * How the folders of src/ may import from each other. Type imports count: what is only a type binds two files just as
 * well.
 */

/**
 * The layers, from the bottom up: each may import from itself and from those before it. Folders of one layer do not
 * import from each other.
 */
const layers = [
  ["model"],
  ["texts"],
  ["transport", "control"],
  ["drivers"],
  ["config", "simulator"],
  ["site"],
  ["integrations"],
  ["platform.ts"],
  ["index.ts"],
  ["cli"],
];

/** @param {readonly string[]} names */
const inSource = (names) => `^src/(${names.map((name) => (name.endsWith(".ts") ? `${name}$` : `${name}/`)).join("|")})`;

const layerRules = layers.flatMap((folders, height) =>
  folders.map((folder) => ({
    name: `layer-${folder}`,
    comment: "A layer imports only from the layers below it (ARCHITECTURE.md).",
    severity: "error",
    from: { path: inSource([folder]) },
    to: { path: "^src/", pathNot: inSource([folder, ...layers.slice(0, height).flat()]) },
  })),
);

export default {
  forbidden: [
    { name: "no-ring", severity: "error", from: {}, to: { circular: true } },
    {
      name: "control-is-pure",
      comment: "Decisions do no I/O.",
      severity: "error",
      from: { path: "^src/control/" },
      to: { pathNot: "^src/(control|model)/" },
    },
    {
      name: "virtual-devices-stand-apart",
      comment: "A virtual device that shared code with its driver would share its mistakes.",
      severity: "error",
      from: { path: "^src/simulator/((house|devices|servers)/|runner.ts$)" },
      to: { path: "^src/", pathNot: "^src/(simulator|model)/" },
    },
    ...layerRules,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
