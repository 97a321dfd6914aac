import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe } from "../../model/index.ts";
import { encodedIn } from "../../model/plain-describe.ts";
import { type LogLine, readLog } from "../../node/index.ts";
import { readReplicaConfiguration } from "../../service/index.ts";
import { usage } from "../cli-error.ts";
import { print } from "../terminal.ts";

/** Options of `quorate log dump`. */
export interface LogDumpFlags {
  readonly values?: boolean;
  readonly json?: boolean;
}

/** Characters of one value. */
const valueTextMax = 1_000;

const valueText = (line: Extract<LogLine, { readonly bytes: number; readonly name: string }>): string =>
  line.value === undefined ? `${line.bytes} bytes` : describe(line.value, valueTextMax);

const lineText = (line: LogLine): string => {
  switch (line.kind) {
    case "segment":
      return `segment ${line.sequence}  ${line.file}`;
    case "batch":
      return `  batch at ${line.position}, ${line.frames} steps, synced before: ${line.synced}`;
    case "set":
      return `    set ${line.path} ${line.name}  ${valueText(line)}`;
    case "append":
      return `    append ${line.path} ${line.name}[${line.index}]  ${valueText(line)}`;
    case "cut-from":
    case "cut-before":
      return `    ${line.kind} ${line.path} ${line.name}[${line.index}]`;
    case "forget":
      return `    forget ${line.path}`;
    case "trim":
      return `    needed from segment ${line.firstNeeded} on`;
    case "unfinished":
      return `  ${line.bytes} bytes of an unfinished write at ${line.offset} in ${line.file}`;
  }
};

/** The data directory that is meant: itself, or that of a replica's file. */
const directoryOf = (path: string): string => {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    throw usage(`${path} cannot be read: ${(error as Error).message}`);
  }
  const directory = isDirectory ? path : readReplicaConfiguration(path).directory;
  if (!existsSync(join(directory, "log"))) throw usage(`${directory} is no data directory of a replica: it has no log`);
  return directory;
};

/** Values as JSON can hold them. */
const plainJson = (_key: string, value: unknown): unknown => {
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  if (value instanceof Uint8Array) {
    const inside = encodedIn(value);
    return { base64: Buffer.from(value).toString("base64"), ...(inside === undefined ? {} : { of: inside }) };
  }
  return typeof value === "bigint" ? value.toString() : value;
};

/** `quorate log dump PATH`: what lies in the log of a replica. It is only read; the replica may run. */
export const logDump = async (path: string, { values = false, json }: LogDumpFlags): Promise<number> => {
  for await (const line of readLog(directoryOf(path), { values }))
    print(json === true ? `${JSON.stringify(line, plainJson)}\n` : `${lineText(line)}\n`);
  return 0;
};
