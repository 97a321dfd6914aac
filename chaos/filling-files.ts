import type { Files, LogFile } from "quorate/node";

/** A file system whose disk can be filled. What is written then arrives in part, as on a disk that has some bytes left. */
export interface FillingFiles {
  readonly files: Files;
  readonly fill: () => void;
}

const fullError = (): Error => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

/** Puts a disk that can be filled above another file system. */
export const fillingFiles = (files: Files): FillingFiles => {
  let isFull = false;
  const refuseIfFull = (): void => {
    if (isFull) throw fullError();
  };
  const fillable = (file: LogFile): LogFile => ({
    writeDurably: async (bytes, offset) => {
      if (isFull) await file.writeDurably(bytes.subarray(0, Math.floor(bytes.length / 2)), offset);
      refuseIfFull();
      await file.writeDurably(bytes, offset);
    },
    reserve: async (offset, length) => {
      refuseIfFull();
      await file.reserve(offset, length);
    },
    read: (into, offset) => file.read(into, offset),
    size: () => file.size(),
    truncate: (length) => file.truncate(length),
    sync: () => file.sync(),
    close: () => file.close(),
  });
  return {
    files: {
      makeDirectory: (path) => files.makeDirectory(path),
      list: (path) => files.list(path),
      open: async (path) => {
        return fillable(await files.open(path));
      },
      readSmall: (path) => files.readSmall(path),
      writeSmall: async (path, bytes) => {
        refuseIfFull();
        await files.writeSmall(path, bytes);
      },
      rename: (from, to) => files.rename(from, to),
      remove: (path) => files.remove(path),
    },
    fill: () => {
      isFull = true;
    },
  };
};
