import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, relative, resolve } from "node:path";

const filesMax = 1_000;
const relativeImport = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/** A file and all that it imports by a relative path, the file first. */
const sourcesOf = (path: string): string[] => {
  const sources = [path];
  for (const source of sources) {
    if (![".ts", ".mts", ".js", ".mjs"].includes(extname(source))) continue;
    for (const [, specifier] of readFileSync(source, "utf8").matchAll(relativeImport)) {
      const imported = resolve(dirname(source), specifier!);
      if (!sources.includes(imported) && existsSync(imported) && sources.length < filesMax) sources.push(imported);
    }
  }
  return sources;
};

/** The hash of a user's file and its own imports, for replay strings: a run is shown again only by the same sources. */
export const sourceHash = (path: string): string => {
  const hash = createHash("sha256");
  for (const source of sourcesOf(path))
    hash.update(`${relative(dirname(path), source).replaceAll("\\", "/")}\n`).update(readFileSync(source));
  return hash.digest("hex").slice(0, 12);
};
