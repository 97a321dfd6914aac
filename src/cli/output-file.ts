import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { missing, usage } from "./cli-error.ts";

/** Refuses a file that cannot be written before hours are spent on what goes into it. */
export const checkOutputFile = (path: string | undefined): void => {
  if (path === undefined) return;
  if (path.trim() === "") throw usage("the path of the file to write is empty: give one.");
  const full = resolve(path);
  const folder = dirname(full);
  if (!existsSync(folder)) throw usage(`there is no folder ${folder} for ${path}: make it first.`);
  if (!statSync(folder).isDirectory()) throw usage(`${folder} is no folder: give ${path} another place.`);
  if (existsSync(full) && statSync(full).isDirectory()) throw usage(`${path} is a folder: give the path of a file.`);
};

const reasons: { readonly [code: string]: string } = {
  EACCES: "it may not be changed",
  EPERM: "it may not be changed",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "its name is too long",
};

/** Writes a file, or says in one sentence why not. */
export const writeOutputFile = (path: string, text: string): void => {
  try {
    writeFileSync(path, text);
  } catch (thrown) {
    const { code = "", message } = thrown as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw missing(`${path} cannot be written: the disk is full.`);
    throw usage(`${path} cannot be written, ${reasons[code] ?? message}: give a file in a folder that is yours.`);
  }
};
