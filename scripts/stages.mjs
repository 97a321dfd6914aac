// Runs named stages one after the other, prints the time of each, and stops at the first that fails.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, compile, ensureInstalled, ensureNode, refuse, root } from "./setup.mjs";

const bin = (...path) => join(root, "node_modules", ...path);
const node = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status === 0;

/** Every stage of `npm test`, in order; `remedy` is printed when it fails. */
export const stages = [
  { name: "install", run: () => !ensureInstalled(), remedy: "" },
  { name: "build", run: build, remedy: "mend the compile errors above." },
  {
    name: "types",
    run: () => compile(["-p", "tsconfig.test.json"]),
    remedy: "mend the type errors in tests, benches or scripts above.",
  },
  {
    name: "lint",
    run: () => node(bin("@biomejs", "biome", "bin", "biome"), "check", "--error-on-warnings", "."),
    remedy: "run `npm run format`, then mend by hand what is left.",
  },
  {
    name: "style",
    run: () => node("--import", "tsx", "scripts/check-style.ts"),
    remedy: "each line above names the place and the rule of CONTRIBUTING.md.",
  },
  {
    name: "unused",
    run: () => node(bin("knip", "bin", "knip.js"), "--no-progress"),
    remedy: "remove the files or packages that nothing uses.",
  },
  {
    name: "docs",
    run: () => node(bin("typedoc", "bin", "typedoc"), "--emit", "none", "--logLevel", "Warn"),
    remedy: "give each export named above a docstring.",
  },
  { name: "api", run: () => node("scripts/api.mjs", "--check"), remedy: "" },
  { name: "package", run: () => node("scripts/package.mjs"), remedy: "the shape of the package is wrong, see above." },
  { name: "tests", run: () => node(bin("vitest", "vitest.mjs"), "run"), remedy: "" },
];

/** Runs the stages of these names and exits with 1 at the first failure. */
export function runStages(names) {
  ensureNode();
  const unknown = names.find((name) => stages.every((stage) => stage.name !== name));
  if (unknown !== undefined)
    refuse(64, `there is no stage "${unknown}"; the stages are ${stages.map(({ name }) => name).join(", ")}.`);
  const start = performance.now();
  const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  const times = [];
  for (const { name, run, remedy } of stages.filter((stage) => names.includes(stage.name))) {
    console.log(`── ${name}`);
    const since = performance.now();
    if (!run()) {
      console.log(`\nFAILED at the stage "${name}" after ${seconds(start)}${remedy === "" ? "." : `: ${remedy}`}`);
      process.exit(1);
    }
    times.push(`${name} ${seconds(since)}`);
  }
  console.log(`\nPASSED in ${seconds(start)} on Node ${process.versions.node}: ${times.join(", ")}`);
}
