import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LogFrom } from "./system.ts";

const filesOf = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));

/** Bytes of all files of a folder. Segments may vanish meanwhile. */
export const folderBytes = (folder: string): number =>
  filesOf(folder).reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);

/** Reads all files of a folder, one behind the other; in milliseconds. */
export const readFolder = (folder: string): number => {
  const started = performance.now();
  for (const file of filesOf(folder)) readFileSync(file);
  return performance.now() - started;
};

/** Brings the files of a folder to where they are to be read from. Linux only, by dd of GNU. */
export const bring = (folder: string, from: LogFrom): void => {
  if (from === "memory") return void readFolder(folder);
  for (const file of filesOf(folder)) {
    const args = [`of=${file}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"];
    if (spawnSync("dd", args).status !== 0) throw new Error(`dd does not take ${file} out of memory`);
  }
};
