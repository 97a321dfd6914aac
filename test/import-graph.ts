import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import ts from "typescript";

export interface ImportGraph {
  /** Absolute paths of the files reached, the entry among them. */
  readonly files: ReadonlySet<string>;
  /** Everything imported that is not a file of ours: packages and `node:` modules. */
  readonly foreign: ReadonlySet<string>;
}

/** All that a built file imports, however far down, static and lazy imports alike. */
export function importsOf(entry: string): ImportGraph {
  const files = new Set<string>();
  const foreign = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\`.`);
    files.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
      if (fileName.startsWith(".")) waiting.push(resolve(dirname(file), fileName));
      else foreign.add(fileName);
    }
  }
  return { files, foreign };
}
