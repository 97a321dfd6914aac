import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { usage } from "./cli-error.ts";

/** Refuses a file that cannot be written before hours are spent on what goes into it. */
export const checkOutputFile = (path: string | undefined): void => {
  if (path === undefined) return;
  const full = resolve(path);
  if (!existsSync(dirname(full))) throw usage(`there is no folder ${dirname(full)} for ${path}: make it first.`);
  if (existsSync(full) && statSync(full).isDirectory()) throw usage(`${path} is a folder: give the path of a file.`);
};

/** Writes a file, or says in one sentence why not. */
export const writeOutputFile = (path: string, text: string): void => {
  try {
    writeFileSync(path, text);
  } catch (thrown) {
    throw usage(`${path} cannot be written: ${thrown instanceof Error ? thrown.message : String(thrown)}.`);
  }
};
