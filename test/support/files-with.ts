import type { Files, LogFile } from "../../src/node/index.ts";

/** Files of which some operations are others. */
export const filesWith = (files: Files, changed: (file: LogFile) => Partial<LogFile>): Files => ({
  ...files,
  open: async (path) => {
    const file = await files.open(path);
    return {
      writeDurably: (bytes, offset) => file.writeDurably(bytes, offset),
      reserve: (offset, length) => file.reserve(offset, length),
      read: (into, offset) => file.read(into, offset),
      size: () => file.size(),
      truncate: (length) => file.truncate(length),
      sync: () => file.sync(),
      close: () => file.close(),
      ...changed(file),
    };
  },
});
