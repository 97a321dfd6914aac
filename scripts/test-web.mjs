// `npm run test:web`: the tests that need a browser. They use the system's Chromium, since nothing is downloaded.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureReady, refuse, root } from "./setup.mjs";

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const candidates = process.env.CHROMIUM ? [process.env.CHROMIUM] : usual;
const chromium = candidates.find((path) => existsSync(path));
if (chromium === undefined) {
  refuse(
    69,
    `Chromium is missing at ${candidates.join(", ")}: install it (Debian: apt-get install chromium) or set CHROMIUM to its path.`,
  );
}
ensureReady();
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const args = [vitest, "run", "--config", "vitest.web.config.ts", ...process.argv.slice(2)];
const env = { ...process.env, CHROMIUM: chromium };
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env }).status ?? 1;
