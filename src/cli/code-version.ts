import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What decides how a run goes, as paths below the build: the rooms that runs are made of, the root that users' files
 * import, and how a scenario is found, loaded, held to its limits and run again. The rest only shows it.
 */
export const codeParts: readonly string[] = [
  "check",
  "cli/search/forbidden-globals.js",
  "cli/search/load-scenario.js",
  "cli/search/mutants.js",
  "cli/search/replay-search.js",
  "cli/search/user-file-hooks.js",
  "explore",
  "index.js",
  "machines",
  "model",
  "protocols",
  "scenarios",
  "simulate",
  "trace/counted-events.js",
];

// From the sources too (tests import them), the build is meant: what runs is what was compiled.
const built = fileURLToPath(new URL("../../dist/", import.meta.url));

const modulesIn = (path: string): string[] => {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => {
    const inside = join(path, name);
    return statSync(inside).isDirectory() || name.endsWith(".js") ? modulesIn(inside) : [];
  });
};

/** The hash over the modules of a build that decide how a run goes: twelve hexadecimal digits, the same on every machine. */
export const codeHash = (folder: string): string => {
  const hash = createHash("sha256");
  for (const part of codeParts)
    for (const path of modulesIn(join(folder, part)).sort())
      hash.update(`${relative(folder, path).replaceAll("\\", "/")}\n`).update(readFileSync(path));
  return hash.digest("hex").slice(0, 12);
};

let version: string | undefined;

/** The version of the code that makes runs, for replay strings, traces and kept results. */
export const codeVersion = (): string => {
  version ??= codeHash(built);
  return version;
};
