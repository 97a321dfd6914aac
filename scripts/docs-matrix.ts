// `npm run docs:matrix -- SECONDS` writes docs/matrix.md: the table that `quorate matrix --markdown` prints, with what
// it depends on (the code, the time, the machine). No test compares it: more time may find more.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const seconds = Number(process.argv[2] ?? 120);
if (!(seconds > 0)) {
  console.error("docs:matrix: say how many seconds the search may take, `npm run docs:matrix -- 120`.");
  process.exit(64);
}

const [loadBefore = 0] = loadavg();
const args = ["matrix", "--markdown", "--no-cache", "--seconds", String(seconds)];
const { status, stdout } = spawnSync(process.execPath, [join(root, "bin", "quorate.mjs"), ...args], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
  maxBuffer: 64 * 1024 * 1024,
});
// 0, 1 and 2 are verdicts; the page shows them.
if (status === null || status > 2) process.exit(status ?? 70);
const [loadAfter = 0] = loadavg();
const versionModule = pathToFileURL(join(root, "dist", "cli", "code-version.js")).href;
const { codeVersion } = (await import(versionModule)) as { readonly codeVersion: () => string };

const count = (pattern: RegExp): number => [...stdout.matchAll(pattern)].length;
const text = `# Protocol × model, by search

<!-- Written by \`npm run docs:matrix\`. Do not edit. -->

Each scenario in the model that it claims and one step outside it, on one dial at a time. "Holds" is what so many seeds
could not break, no proof; "violated" has the property that broke and the length of its shrunk counterexample, not always
the shortest there is; "unknown" is neither. What breaks outside a claim is what the table is for.

| | |
| --- | --- |
| command | \`quorate matrix --markdown --no-cache --seconds ${seconds}\` (\`npm run docs:matrix -- ${seconds}\`) |
| date | ${new Date().toISOString().slice(0, 10)} |
| code | ${codeVersion()} |
| machine | ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, ${process.platform}-${process.arch}, Node ${process.versions.node} |
| other load | load average ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after; the search itself is about 2 of it |
| strength | at most 1,000 seeds a cell, and an equal share of the time; what was not reached is unknown |
| cells | ${count(/\bholds \(/g)} hold, ${count(/\*\*violated\*\* \(/g)} are violated, ${count(/\bunknown(?: \(|\b(?= \|))/g)} are unknown |

${stdout.trim()}
`;
writeFileSync(join(root, "docs", "matrix.md"), text);
console.log(`docs:matrix: exit code ${status} of the claims`);
