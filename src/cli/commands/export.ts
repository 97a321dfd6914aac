import { readFileSync } from "node:fs";
import { type ExportFormat, exportTrace, readTrace, TraceError } from "../../trace/index.ts";
import { usage } from "../cli-error.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { print } from "../terminal.ts";

/** Options of `quorate export`. */
export interface ExportFlags {
  readonly to: ExportFormat;
  readonly out?: string;
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
  ENOTDIR: "a part of its path is no folder",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links lead nowhere",
  ERR_STRING_TOO_LONG: "it is too large for one string",
};

const readInput = (path: string): string => {
  if (path.trim() === "") throw usage("the path of the trace is empty: give a file that --trace FILE wrote.");
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    const { code = "", message } = thrown as NodeJS.ErrnoException;
    throw usage(`${path} cannot be read, ${reasons[code] ?? message}: give a file that --trace FILE wrote.`);
  }
};

/** `quorate export`. */
export const exportCommand = (path: string, { to, out }: ExportFlags): number => {
  checkOutputFile(out);
  const text = readInput(path);
  try {
    const exported = exportTrace(readTrace(text), to);
    if (out === undefined) print(exported);
    else writeOutputFile(out, exported);
  } catch (thrown) {
    if (thrown instanceof TraceError) throw usage(`${path}, ${thrown.message}`);
    throw thrown;
  }
  return 0;
};
