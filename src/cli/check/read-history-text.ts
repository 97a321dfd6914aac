import { readFileSync } from "node:fs";
import { usage } from "../cli-error.ts";

const reasons: { readonly [code: string]: string } = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
  ERR_STRING_TOO_LONG: "it is too large for one string",
};

/** The text of a file, or of stdin where the path is `-`. */
export const readHistoryText = (path: string): string => {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (thrown) {
    const { code = "", message } = thrown as NodeJS.ErrnoException;
    // A terminal or a pipe that nobody writes to.
    if (path === "-" && code === "EAGAIN") throw usage("nothing comes from stdin: give a file, or pipe a history in.");
    throw usage(`${path} cannot be read, ${reasons[code] ?? message}: give a recorded history, or - for stdin.`);
  }
};
