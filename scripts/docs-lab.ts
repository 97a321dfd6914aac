// `npm run docs:lab` writes docs/scenarios.md and the list of property ids in ARCHITECTURE.md from what
// `quorate lab --json` prints. test/lab-pages.test.ts compares them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lab, scenariosPage, withOwnProperties } from "./lab-pages.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const architecture = join(root, "ARCHITECTURE.md");
const scenarios = lab();
writeFileSync(join(root, "docs", "scenarios.md"), scenariosPage(scenarios));
writeFileSync(architecture, withOwnProperties(readFileSync(architecture, "utf8"), scenarios));
console.log(`docs:lab: ${scenarios.length} scenarios`);
