/*
 * The lines of a trace file as objects: the header, and the events. A field that this version does not know is passed
 * over, since fields may be added without a new version; a kind that it does not know cannot be drawn and is refused.
 */
import {
  assert,
  describe,
  type NodeId,
  networkModels,
  nodeModels,
  type SystemModel,
  type TraceEvent,
  type TraceHeader,
  type TraceKind,
  timingModels,
  traceFormat,
} from "../model/index.ts";
import { fromJson, type Json, toJson } from "./plain-json.ts";
import { TraceError } from "./trace-error.ts";

/** A JSON object as read, before anything is known of its fields. */
export interface RawRecord {
  readonly [field: string]: unknown;
}

const kindsKnown: { readonly [Kind in TraceKind]: true } = {
  boot: true,
  call: true,
  answer: true,
  send: true,
  deliver: true,
  drop: true,
  timer: true,
  settled: true,
  durable: true,
  request: true,
  indication: true,
  disk: true,
  crash: true,
  recover: true,
  pause: true,
  fault: true,
  note: true,
};

/** Every kind of event, in the order of `TraceKind`. */
export const traceKinds: readonly TraceKind[] = Object.keys(kindsKnown) as TraceKind[];

const remedy = "restore this line, or write the trace again (--trace FILE)";

/** The error for a line that is not as `toHeaderRecord` and `toEventRecord` write it. */
export const malformed = (what: string): TraceError => new TraceError(`${what}; ${remedy}`);

const unexpected = (path: string, expected: string, found: unknown): TraceError =>
  malformed(`${path}: expected ${expected}, found ${found === undefined ? "nothing" : describe(found, 40)}`);

type Read<T> = (found: unknown, path: string) => T;

const string: Read<string> = (found, path) => {
  if (typeof found !== "string") throw unexpected(path, "a string", found);
  return found;
};

const finite: Read<number> = (found, path) => {
  if (typeof found !== "number") throw unexpected(path, "a number", found);
  return found;
};

/** JSON has no way to write other numbers, but `1e999` is read as infinite. */
const milliseconds: Read<number> = (found, path) => {
  if (!Number.isFinite(finite(found, path))) throw unexpected(path, "a time in milliseconds", found);
  return found as number;
};

const wholeNumber: Read<number> = (found, path) => {
  if (!Number.isSafeInteger(found)) throw unexpected(path, "a whole number", found);
  return found as number;
};

const count: Read<number> = (found, path) => {
  if (wholeNumber(found, path) < 0) throw unexpected(path, "a whole number from 0", found);
  return found as number;
};

const oneOf =
  <T extends string>(values: readonly T[]): Read<T> =>
  (found, path) => {
    const value = values.find((known) => known === found);
    if (value === undefined) throw unexpected(path, `one of ${values.join(", ")}`, found);
    return value;
  };

const record: Read<RawRecord> = (found, path) => {
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw unexpected(path, "an object", found);
  return found as RawRecord;
};

const listOf =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (found, path) => {
    if (!Array.isArray(found)) throw unexpected(path, "a list", found);
    return found.map((item, index) => read(item, `${path}[${index}]`));
  };

const plain: Read<unknown> = (found, path) => {
  try {
    return fromJson(found, path);
  } catch (error) {
    throw error instanceof TraceError ? malformed(error.message) : error;
  }
};

const model: Read<SystemModel> = (found, path) => {
  const dials = record(found, path);
  return {
    network: oneOf(networkModels)(dials["network"], `${path}.network`),
    nodes: oneOf(nodeModels)(dials["nodes"], `${path}.nodes`),
    timing: oneOf(timingModels)(dials["timing"], `${path}.timing`),
  };
};

const parameters: Read<TraceHeader["parameters"]> = (found, path) => {
  const read: { [name: string]: number | string | boolean } = {};
  for (const [name, raw] of Object.entries(record(plain(found, path), path))) {
    if (typeof raw !== "number" && typeof raw !== "string" && typeof raw !== "boolean") {
      throw unexpected(`${path}.${name}`, "a number, a string, true or false", raw);
    }
    read[name] = raw;
  }
  return read;
};

const nodes: Read<TraceHeader["nodes"]> = (found, path) => {
  const read = listOf((item, at) => {
    const node = record(item, at);
    return { id: count(node["id"], `${at}.id`), name: string(node["name"], `${at}.name`) };
  })(found, path);
  if (new Set(read.map(({ id }) => id)).size < read.length) throw malformed(`${path}: two nodes have the same id`);
  return read;
};

/**
 * A header of the current version.
 *
 * @throws TraceError naming the first field that is not as expected.
 */
export const readHeader = (raw: RawRecord): TraceHeader => {
  const header: TraceHeader = {
    format: oneOf([traceFormat])(raw["format"], "format"),
    version: count(raw["version"], "version"),
    scenario: string(raw["scenario"], "scenario"),
    model: model(raw["model"], "model"),
    parameters: parameters(raw["parameters"], "parameters"),
    seed: wholeNumber(raw["seed"], "seed"),
    code: string(raw["code"], "code"),
    nodes: nodes(raw["nodes"], "nodes"),
  };
  return raw["edits"] === undefined ? header : { ...header, edits: listOf(plain)(raw["edits"], "edits") };
};

const decision: Read<NonNullable<TraceEvent["decision"]>> = (found, path) => {
  const raw = record(found, path);
  return {
    name: string(raw["name"], `${path}.name`),
    value: count(raw["value"], `${path}.value`),
    alternatives: count(raw["alternatives"], `${path}.alternatives`),
  };
};

const change: Read<NonNullable<TraceEvent["changes"]>[number]> = (found, path) => {
  const raw = record(found, path);
  return {
    path: string(raw["path"], `${path}.path`),
    before: plain(raw["before"], `${path}.before`),
    after: plain(raw["after"], `${path}.after`),
  };
};

type Readers = { readonly [Field in keyof Required<TraceEvent>]: Read<NonNullable<TraceEvent[Field]> | unknown> };

const readersOf = (nodeIds: ReadonlySet<NodeId>): Readers => {
  const node: Read<NodeId> = (found, path) => {
    if (!nodeIds.has(found as NodeId)) throw unexpected(path, "the id of a node of the header", found);
    return found as NodeId;
  };
  return {
    id: count,
    kind: oneOf(traceKinds),
    node,
    incarnation: count,
    at: milliseconds,
    monotonic: milliseconds,
    wall: milliseconds,
    cause: count,
    peer: node,
    path: string,
    name: string,
    data: plain,
    decision,
    stateHash: wholeNumber,
    changes: listOf(change),
  };
};

const fieldsRequired: readonly (keyof TraceEvent)[] = ["id", "kind", "at"];

/** Reads the events of one file, in order, and checks that ids ascend and that no event is caused by a later one. */
export const eventReader = (header: TraceHeader): ((raw: RawRecord) => TraceEvent) => {
  const readers = Object.entries(readersOf(new Set(header.nodes.map(({ id }) => id))));
  let idLast = -1;
  return (raw) => {
    const read: { [field: string]: unknown } = {};
    for (const field of fieldsRequired) if (raw[field] === undefined) throw unexpected(field, "a value", undefined);
    for (const [field, reader] of readers) if (raw[field] !== undefined) read[field] = reader(raw[field], field);
    const event = read as unknown as TraceEvent;
    if (event.id <= idLast) throw malformed(`id: expected a number above ${idLast}, found ${event.id}`);
    if (event.cause !== undefined && event.cause >= event.id) {
      throw malformed(`cause: expected an event before ${event.id}, found ${event.cause}`);
    }
    idLast = event.id;
    return event;
  };
};

/** A record to be written: `JSON.stringify` leaves out the fields without a value. */
export interface JsonRecord {
  readonly [field: string]: Json | undefined;
}

/** The header as JSON. */
export const toHeaderRecord = (header: TraceHeader): JsonRecord => ({
  format: header.format,
  version: header.version,
  scenario: header.scenario,
  model: { network: header.model.network, nodes: header.model.nodes, timing: header.model.timing },
  parameters: toJson(header.parameters, "parameters"),
  seed: header.seed,
  code: header.code,
  nodes: header.nodes.map(({ id, name }) => ({ id, name })),
  edits: header.edits === undefined ? undefined : toJson(header.edits, "edits"),
});

/**
 * An event as JSON. `undefined` as data and no data are the same.
 *
 * @throws TraceError when the data is not plain.
 */
export const toEventRecord = (event: TraceEvent): JsonRecord => {
  const place = `event ${event.id}`;
  assert(Number.isFinite(event.at), "the time of an event is a finite number of milliseconds");
  return {
    id: event.id,
    kind: event.kind,
    node: event.node,
    incarnation: event.incarnation,
    at: event.at,
    monotonic: event.monotonic,
    wall: event.wall,
    cause: event.cause,
    peer: event.peer,
    path: event.path,
    name: event.name,
    data: event.data === undefined ? undefined : toJson(event.data, `${place}: data`),
    decision: event.decision && {
      name: event.decision.name,
      value: event.decision.value,
      alternatives: event.decision.alternatives,
    },
    stateHash: event.stateHash,
    changes: event.changes?.map(({ path, before, after }) => ({
      path,
      before: toJson(before, `${place}: changes of ${path}`),
      after: toJson(after, `${place}: changes of ${path}`),
    })),
  };
};
