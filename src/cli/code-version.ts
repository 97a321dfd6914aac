import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Rooms that decide how a run goes. The others only show it. */
const rooms = ["check", "explore", "machines", "model", "protocols", "scenarios", "simulate"];

const built = fileURLToPath(new URL("..", import.meta.url));

const modulesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return modulesIn(path);
    return entry.name.endsWith(".js") ? [path] : [];
  });

let version: string | undefined;

/** The version of the code that makes runs: a hash over the built files of the pure rooms, the same on every machine. */
export const codeVersion = (): string => {
  if (version !== undefined) return version;
  const hash = createHash("sha256");
  for (const room of rooms) {
    if (!existsSync(join(built, room))) continue;
    for (const path of modulesIn(join(built, room)).sort())
      hash.update(`${path.slice(built.length).replaceAll("\\", "/")}\n`).update(readFileSync(path));
  }
  version = hash.digest("hex").slice(0, 12);
  return version;
};
