// The shape of the package as npm would ship it: every export has its file and its types. An argument names another
// folder to look at.
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { root } from "./setup.mjs";

const folder = resolve(process.argv[2] ?? root);
const tools = [
  ["publint/src/cli.js", "run", folder, "--strict"],
  ["@arethetypeswrong/cli/dist/index.js", "--pack", folder, "--profile", "esm-only", "--format", "ascii", "--no-emoji"],
];
for (const [script, ...args] of tools) {
  const path = join(root, "node_modules", script);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { cwd: root, encoding: "utf8" });
  if (status === 0) continue;
  console.error(stdout + stderr);
  process.exitCode = 1;
}
