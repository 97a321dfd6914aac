// `npm run chaos -- …`: compiles chaos/ and runs it. Its replicas are processes of their own that load what was compiled.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { compile, ensureReady, refuse, root } from "./setup.mjs";

ensureReady();
if (!compile(["-p", "chaos"])) refuse(70, "the chaos run does not compile, the errors stand above.");
const { status } = spawnSync(process.execPath, [join(root, ".cache", "chaos", "main.js"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
