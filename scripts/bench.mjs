// `npm run bench -- NAME …`: compiles bench/ and runs one of its files in a process of its own, outside the test runner,
// whose module wrapper would halve the figures.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compile, ensureReady, refuse, root } from "./setup.mjs";

const folder = join(root, "bench");
const names = existsSync(folder) ? readdirSync(folder).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []) : [];
const [name, ...rest] = process.argv.slice(2);
const known = names.length === 0 ? "there is none yet" : `the benches are ${names.join(", ")}`;
if (name === undefined) refuse(64, `say which bench to run, \`npm run bench -- NAME\`: ${known}.`);
if (!names.includes(name)) refuse(64, `there is no bench "${name}": ${known}.`);
ensureReady();
if (!compile(["-p", "bench"])) refuse(70, "the benches do not compile, the errors stand above.");
const { status } = spawnSync(process.execPath, [join(root, ".cache", "bench", `${name}.js`), ...rest], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
