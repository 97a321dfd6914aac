import { assert } from "./assert.ts";

/** A log as it lies on disk: the entries from index `first` on. */
export interface LogImage {
  first: number;
  entries: unknown[];
}

/** What one module keeps: records by name, logs by name. */
export interface ModuleImage {
  readonly records: Map<string, unknown>;
  readonly logs: Map<string, LogImage>;
}

/** What a node keeps, by port path of the module. Plain data. */
export type DiskImage = Map<string, ModuleImage>;

/** One more entry at the end of a log. */
export interface Append {
  readonly kind: "append";
  readonly path: string;
  readonly name: string;
  readonly value: unknown;
}

/** One write of a module. */
export type Write =
  | { readonly kind: "set"; readonly path: string; readonly name: string; readonly value: unknown }
  | Append
  | { readonly kind: "cut-from"; readonly path: string; readonly name: string; readonly index: number }
  | { readonly kind: "cut-before"; readonly path: string; readonly name: string; readonly index: number }
  | { readonly kind: "forget"; readonly path: string };

/** All writes of one step over all modules of a node: whole or absent after a crash. */
export type Frame = readonly Write[];

/** The part of an image that belongs to one module, made when absent. */
export const moduleImage = (image: DiskImage, path: string): ModuleImage => {
  let found = image.get(path);
  if (found === undefined) {
    found = { records: new Map(), logs: new Map() };
    image.set(path, found);
  }
  return found;
};

/** A log of a module, made empty when absent. */
export const logImage = (image: ModuleImage, name: string): LogImage => {
  let log = image.logs.get(name);
  if (log === undefined) {
    log = { first: 0, entries: [] };
    image.logs.set(name, log);
  }
  return log;
};

const cutFrom = (log: LogImage, index: number): void => {
  assert(index >= log.first, `cutFrom(${index}) is below the first kept index ${log.first}`);
  log.entries.length = Math.min(log.entries.length, index - log.first);
};

const cutBefore = (log: LogImage, index: number): void => {
  if (index <= log.first) return;
  log.entries.splice(0, index - log.first);
  log.first = index;
};

/** Applies one write to an image. */
export const applyWrite = (image: DiskImage, write: Write): void => {
  if (write.kind === "forget") {
    image.delete(write.path);
    return;
  }
  const module = moduleImage(image, write.path);
  if (write.kind === "set") module.records.set(write.name, write.value);
  else if (write.kind === "append") logImage(module, write.name).entries.push(write.value);
  else if (write.kind === "cut-from") cutFrom(logImage(module, write.name), write.index);
  else cutBefore(logImage(module, write.name), write.index);
};

/** Applies a frame whole. */
export const applyFrame = (image: DiskImage, frame: Frame): void => {
  for (const write of frame) applyWrite(image, write);
};

/** A copy that shares entries and record values (which are never mutated) but nothing else. */
export const copyImage = (image: DiskImage): DiskImage => {
  const copy: DiskImage = new Map();
  for (const [path, { records, logs }] of image) {
    const logsCopy = new Map<string, LogImage>();
    for (const [name, log] of logs) logsCopy.set(name, { first: log.first, entries: log.entries.slice() });
    copy.set(path, { records: new Map(records), logs: logsCopy });
  }
  return copy;
};
